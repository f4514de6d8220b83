import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { database } from "#app/db/current.server.ts";
import type { Statement } from "#app/db/statement.server.ts";
import { log } from "#app/platform/log.server.ts";
import { isTodoId } from "../list/cursor.ts";
import type { Errors, Undoable } from "./answer.ts";

/**
 * What a change says of itself. Each change is one statement that holds the actor, the permission and the work, and
 * answers with these four facts; `outcomeOf` is the one place where they become an answer.
 *
 * - `actor` is the function of that name in db/migrations: empty for a deleted account.
 * - `target` is a todo that the list would show: those of a deleted profile are there for no one.
 */
export const factsRow = z.object({
  actorLives: z.boolean(),
  isThere: z.boolean(),
  isAllowed: z.boolean(),
  isDone: z.boolean(),
});

/** The same for a change that can be undone, with how many todos an undo would bring back. */
export const undoableFactsRow = factsRow.extend({ undoable: z.number() });

export type Facts = z.infer<typeof factsRow> & { undoable?: number };
type Outcome = "done" | "not there" | "not allowed" | "signed out";

/** Turns the facts of a change into its outcome. Allowed but not done: another user deleted it meanwhile. */
export function outcomeOf([facts]: Facts[]): Outcome {
  if (!facts?.actorLives) return "signed out";
  if (facts.isDone) return "done";
  return facts.isThere && !facts.isAllowed ? "not allowed" : "not there";
}

export const todoId = z.string("No todo was named.").refine(isTodoId, "That is not a todo's number.");

export const complete = z
  .enum(["true", "false"], "“complete” must be true or false.")
  .transform((value) => value === "true");

/** One way to change the list. Its file has everything about it but how the page shows it. */
interface ChangeKind<Fields> {
  /** The value of the form's field `intent`. */
  intent: string;
  fields: z.ZodType<Fields>;
  /** The field that a form may repeat; the others stand in it once. */
  repeated?: string;
  /** @param batch names the change, for an undo */
  statement(session: Session, fields: Fields, batch: string): Statement<Facts>;
  /** Runs the statement; where left out, once. */
  run?(session: Session, query: () => Promise<Facts[]>): Promise<Facts[]>;
  notThere?: string;
  notAllowed?: string;
  /** What was done to so many todos, in a sentence that is shown with the offer to undo it. */
  done?(count: number): string;
  /** It is an undo itself. */
  undoable?: null;
  /** Whether the log has it as an admin's. */
  isForAdmins?(fields: Fields): boolean;
  /** The path of the page that shows the result; undefined: the page that the request came from. */
  shownAt?(request: Request, fields: Fields): Promise<string | undefined>;
}

/** What became of a change. */
export type Made =
  | { outcome: "signed out" }
  | { outcome: "not there" | "not allowed"; why: string }
  /** @property undoable null: there is nothing left to undo; undefined: what can be undone stays as it was */
  | { outcome: "done"; undoable: Undoable | null | undefined; place: string | undefined };

export interface Change {
  intent: string;
  repeated: string | undefined;
  /** @param values of the form's fields, as they were sent */
  parse(values: Record<string, unknown>): { make: MakeChange } | { errors: Errors };
}

/**
 * Makes the change that a form has asked for.
 * @throws {DatabaseFault}
 * @throws {LateProfile}
 */
export type MakeChange = (session: Session, request: Request) => Promise<Made>;

export function change<Fields>(kind: ChangeKind<Fields>): Change {
  const { intent, repeated } = kind;
  return {
    intent,
    repeated,
    parse(values) {
      const { success, data, error } = kind.fields.safeParse(values);
      if (success) return { make: (session, request) => make(kind, data, session, request) };
      const [issue] = error.issues;
      const message = issue?.message ?? "This can't be done.";
      return { errors: issue?.path[0] === "task" ? { task: message } : { form: message } };
    },
  };
}

async function make<Fields>(
  kind: ChangeKind<Fields>,
  fields: Fields,
  session: Session,
  request: Request,
): Promise<Made> {
  const {
    intent,
    notThere = "This todo no longer exists.",
    notAllowed = "Only the owner or an admin can do that.",
  } = kind;
  const batch = crypto.randomUUID();
  const query = () => database().query(kind.statement(session, fields, batch));
  const rows = kind.run ? await kind.run(session, query) : await query();
  const outcome = outcomeOf(rows);
  switch (outcome) {
    case "done": {
      const event = kind.isForAdmins?.(fields) ? "admin change" : "change";
      const { id } = fields as { id?: unknown };
      log.info({ event, intent, ...(typeof id === "string" && { todoId: id }) }, "The list was changed");
      const count = rows[0]?.undoable;
      return {
        outcome,
        undoable:
          kind.done && count !== undefined ? { batch, count, sentence: kind.done(count) } : kind.undoable,
        place: await kind.shownAt?.(request, fields),
      };
    }
    case "signed out":
      return { outcome };
    case "not there":
      return { outcome, why: notThere };
    case "not allowed":
      return { outcome, why: notAllowed };
  }
}
