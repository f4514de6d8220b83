import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { database } from "#app/db/current.server.ts";
import { DatabaseFault } from "#app/db/faults.server.ts";
import type { Statement } from "#app/db/statement.server.ts";
import { log } from "#app/platform/log.server.ts";
import { trimmed } from "#app/platform/visible-text.ts";
import { isTodoId } from "../list/cursor.ts";
import { type Errors, errorOf, type TypedField, type Undoable } from "./answer.ts";
import { rules } from "./rules.ts";

/**
 * Each change is one statement that holds the actor, the permission and the work, and answers with these facts. Its
 * `target` is a todo that the list shows, so never one of a deleted profile. Once it is locked it has the newest values:
 * compare with those, because `todos` is still read as it was when the statement began.
 */
export const factsRow = z.object({
  actorLives: z.boolean(),
  isThere: z.boolean(),
  isAllowed: z.boolean(),
  isDone: z.boolean(),
});

/** For a change that can be undone: `undoable` counts the todos that an undo would bring back. */
export const undoableFactsRow = factsRow.extend({ undoable: z.number() });

/**
 * @property theirs the text that another change has put in place of the one that this change began from
 * @property assignees how many users have the email address of the assignee; null: none was named
 */
export type Facts = z.infer<typeof factsRow> & {
  undoable?: number;
  theirs?: string | null;
  assignees?: number | null;
};

/**
 * Keeps, of the todos in `edited`, the columns that the change has altered: another user's change of another column does
 * not keep it from being undone.
 */
export const keptEdits = (batch: string) => sql`
  kept as (
    insert into undoable_todos (batch, todo_id, actor_id, owner_id, kind, was, became)
    select ${batch}::uuid, edited.id, actor.id, edited.owner_id, 'edited', altered.was, altered.became
    from actor, edited
    cross join lateral (
      select jsonb_object_agg(b.key, b.value) as was, jsonb_object_agg(b.key, a.value) as became
      from jsonb_each(edited.was) b
      join jsonb_each(edited.became) a on a.key = b.key
      where a.value <> b.value
    ) altered
    returning todo_id
  )
`;

/** The user who makes the change, by a function in db/migrations: no row for a deleted account. */
export const actorOf = (session: Session) => sql`
  actor as (
    select id, is_admin
    from actor(${session.userId}::text, ${session.profileSeen}::boolean)
  )
`;

function outcomeOf(facts: Facts | undefined) {
  if (!facts?.actorLives) return "signed out";
  if (facts.isDone) return "done";
  if (facts.isAllowed && isUnclear(facts.assignees)) return "invalid";
  if (typeof facts.theirs === "string") return "outdated";
  // Allowed but not done: another user deleted it meanwhile.
  return facts.isThere && !facts.isAllowed ? "not allowed" : "not there";
}

function isUnclear(assignees: number | null | undefined): boolean {
  return typeof assignees === "number" && assignees !== 1;
}

export const todoId = z.string("No todo was named.").refine(isTodoId, "That is not a todo's number.");

export const complete = z
  .enum(["true", "false"], "“complete” must be true or false.")
  .transform((value) => value === "true");

/** A field as its rule in rules.ts has it. */
export function typedField(name: TypedField) {
  return z
    .string(rules[name](""))
    .transform(trimmed)
    .superRefine((text, context) => {
      const problem = rules[name](text);
      if (problem) context.addIssue(problem);
    });
}

export function todosWere(count: number): string {
  return count === 1 ? "1 todo was" : `${count} todos were`;
}

/** One way to change the list. Its file has everything about it but how the page shows it. */
interface ChangeKind<Fields> {
  intent: string;
  fields: z.ZodType<Fields>;
  /** The one field that a form may repeat. */
  repeated?: string;
  /** @param batch names the change, for an undo */
  statement(session: Session, fields: Fields, batch: string): Statement<Facts>;
  /** By default the statement runs once. */
  run?(session: Session, query: () => Promise<Facts[]>): Promise<Facts[]>;
  notThere?: string;
  notAllowed?: string;
  outdated?: string;
  /** The sentence beside the offer to undo it. */
  done?(count: number): string;
  /** It is an undo itself. */
  undoable?: null;
  /** Whether the log calls it an admin's change. */
  isForAdmins?(fields: Fields): boolean;
  /** The path of the page that shows the result; undefined: the page that the request came from. */
  shownAt?(request: Request, fields: Fields): Promise<string | undefined>;
}

export type Made =
  | { outcome: "signed out" }
  | { outcome: "not there" | "not allowed"; why: string }
  | { outcome: "invalid"; errors: Errors }
  | { outcome: "outdated"; why: string; theirs: string }
  /** @property undoable null: nothing is left to undo; undefined: what can be undone stays as it was */
  | { outcome: "done"; undoable: Undoable | null | undefined; place: string | undefined };

export interface Change {
  intent: string;
  repeated: string | undefined;
  parse(values: Record<string, unknown>): { make: MakeChange } | { errors: Errors };
}

/**
 * @throws {DatabaseFault}
 * @throws {LateProfile}
 */
export type MakeChange = (session: Session, request: Request) => Promise<Made>;

/** An assignee may be deleted at the same moment; the next look finds no profile. */
export function unlessAssigneeLeaves<Result>(write: () => Promise<Result>): Promise<Result> {
  return write().catch((error) => {
    if (!(error instanceof DatabaseFault) || error.constraint !== "todos_assignee_id_fk") throw error;
    return write();
  });
}

export function change<Fields>(kind: ChangeKind<Fields>): Change {
  const { intent, repeated } = kind;
  return {
    intent,
    repeated,
    parse(values) {
      const { success, data, error } = kind.fields.safeParse(values);
      if (success) return { make: (session, request) => make(kind, data, session, request) };
      const [issue] = error.issues;
      return { errors: errorOf(issue?.path[0], issue?.message ?? "This can't be done.") };
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
    outdated = "This todo was changed meanwhile.",
  } = kind;
  const batch = crypto.randomUUID();
  const query = () => unlessAssigneeLeaves(() => database().query(kind.statement(session, fields, batch)));
  const [facts] = kind.run ? await kind.run(session, query) : await query();
  const outcome = outcomeOf(facts);
  if (outcome === "signed out") return { outcome };
  if (outcome === "invalid") {
    const why = facts?.assignees ? "More than one user has this email." : "No user has this email.";
    return { outcome, errors: errorOf("assignee", why) };
  }
  if (outcome === "outdated") return { outcome, why: outdated, theirs: facts?.theirs ?? "" };
  if (outcome !== "done") return { outcome, why: outcome === "not there" ? notThere : notAllowed };

  const event = kind.isForAdmins?.(fields) ? "admin change" : "change";
  const { id } = fields as { id?: unknown };
  log.info({ event, intent, ...(typeof id === "string" && { todoId: id }) }, "The list was changed");
  const count = facts?.undoable;
  return {
    outcome,
    undoable: kind.done && count !== undefined ? { batch, count, sentence: kind.done(count) } : kind.undoable,
    place: await kind.shownAt?.(request, fields),
  };
}
