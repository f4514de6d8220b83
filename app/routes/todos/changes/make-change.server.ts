import type { Session } from "#app/auth/session/session.server.ts";
import { database } from "#app/db/current.server.ts";
import { DatabaseFault } from "#app/db/faults.server.ts";
import { log } from "#app/platform/log.server.ts";
import { onceProfileArrived } from "#app/profiles/arrival.server.ts";
import type { Undoable } from "./answer.ts";
import { addTodo, type Change, editTodo, type Outcome, outcomeOf, toggleTodo } from "./changes.server.ts";
import type { ChangeInput } from "./input.server.ts";
import { restoreTodos } from "./restore.server.ts";
import { clearCompleted, deleteTodo, toggleTodos } from "./undoable-changes.server.ts";

/** What became of a change, and a sentence for whoever wanted it and did not get it. */
interface MadeOutcome {
  outcome: Outcome;
  why: string;
  undoable?: Undoable;
}

/**
 * Makes a change for somebody.
 * @throws {DatabaseFault}
 * @throws {LateProfile}
 */
export async function makeChange(session: Session, input: ChangeInput): Promise<MadeOutcome> {
  const batch = crypto.randomUUID();
  const rows = await query(session, input, toStatement(session, input, batch));
  const outcome = outcomeOf(rows);
  const count = rows[0]?.undoable;
  if (outcome === "done") log.info(asEvent(input), "The list was changed");
  return {
    outcome,
    why: outcome === "not allowed" ? whyNotAllowed(input) : whyNotThere(input),
    ...(isUndoable(input) && count !== undefined && { undoable: { batch, intent: input.intent, count } }),
  };
}

/** Who has done it is in the line already, and what it says stays out. What only admins may do has a name of its own. */
function asEvent(input: ChangeInput) {
  const isAdmins = input.intent === "clear-completed" && input.scope === "everyone";
  const { intent } = input;
  return { event: isAdmins ? "admin change" : "change", intent, ...("id" in input && { todoId: input.id }) };
}

/** Only an added todo is the actor's own: a refused foreign key is about his profile there, and nowhere else. */
async function query(session: Session, input: ChangeInput, change: Change) {
  if (input.intent === "add") return onceProfileArrived(session, () => database().query(change));
  try {
    return await database().query(change);
  } catch (error) {
    // The owner of a todo that was about to come back was deleted in the same moment.
    const isOwnerGone = error instanceof DatabaseFault && error.constraint === "todos_owner_id_fk";
    if (input.intent !== "restore" || !isOwnerGone) throw error;
    return [{ actorLives: true, isThere: false, isAllowed: false, isDone: false }];
  }
}

function toStatement(session: Session, input: ChangeInput, batch: string): Change {
  switch (input.intent) {
    case "add":
      return addTodo(session, { task: input.task, key: input.key ?? null });
    case "toggle":
      return toggleTodo(session, input);
    case "edit":
      return editTodo(session, input);
    case "delete":
      return deleteTodo(session, { id: input.id, batch });
    case "restore":
      return restoreTodos(session, { id: input.id ?? null, batch: input.batch ?? null });
    case "toggle-all":
      return toggleTodos(session, { ids: input.ids, complete: input.complete, batch });
    case "clear-completed":
      return clearCompleted(session, { isEveryones: input.scope === "everyone", batch });
  }
}

function isUndoable(input: ChangeInput): input is Extract<ChangeInput, { intent: Undoable["intent"] }> {
  return ["delete", "toggle-all", "clear-completed"].includes(input.intent);
}

function whyNotAllowed({ intent }: ChangeInput): string {
  return intent === "clear-completed"
    ? "Only admins may clear everyone's completed todos."
    : "Only its owner or an admin may do that to a todo.";
}

function whyNotThere({ intent }: ChangeInput): string {
  return intent === "restore" ? "That cannot be undone any more." : "That todo is not there any more.";
}
