import { Link, useSearchParams } from "@remix-run/react";
import { useAnnounce } from "#app/components/announcer.tsx";
import { Frame } from "#app/components/frame.tsx";
import { Sentence } from "#app/components/sentence.tsx";
import { SignedIn } from "#app/components/signed-in.tsx";
import { profileMissing } from "#app/profiles/late-profile.ts";
import type { RefusedChange, Undoable } from "../changes/answer.ts";
import { useToday } from "../details/use-today.ts";
import { EditButtonsForm } from "../editing/edit-button.tsx";
import { EditTodo } from "../editing/edit-todo.tsx";
import { useHeldTodos } from "../editing/use-held-todos.ts";
import { ShortcutsDialog } from "../keyboard/shortcuts-dialog.tsx";
import { useKeyShortcut } from "../keyboard/single-letters.ts";
import { parseCursor } from "../list/cursor.ts";
import type { List } from "../list/read.server.ts";
import type { Todo } from "../list/todo.server.ts";
import { searchOf } from "../list/views.ts";
import { emptyWords, remainingWords } from "../list/words.ts";
import { useAnnouncedChanges } from "../live/use-announced-changes.ts";
import { useLiveList } from "../live/use-live-list.ts";
import { fieldsOf, stillMissing } from "../outbox/pending-changes.ts";
import { useOutbox } from "../outbox/use-outbox.ts";
import { WaitingTodo } from "../outbox/waiting-todo.tsx";
import { connectionWords } from "../outbox/words.ts";
import { announced, notTicked } from "../sending/announced.ts";
import { ChangeButtonsForm } from "../sending/change-button.tsx";
import { withChange } from "../sending/expected.ts";
import { Sending } from "../sending/sending.tsx";
import { useChanges } from "../sending/use-changes.ts";
import { UndoOffer } from "../undo/undo-offer.tsx";
import { useUndo } from "../undo/use-undo.ts";
import { AddTodo } from "./add-todo.tsx";
import { BulkChanges } from "./bulk-changes.tsx";
import { FindTodos } from "./find-todos.tsx";
import { RefusalNotice } from "./refusal-notice.tsx";
import { TeamProgress } from "./team-progress.tsx";
import { TodoItem } from "./todo-item.tsx";
import { useFollow } from "./use-follow.ts";
import { useLinkedTodo } from "./use-linked-todo.ts";
import { useListKey } from "./use-list-key.ts";

interface TodosPageProps {
  data: List & { addKey: string; undo: Undoable | null };
  refused: RefusedChange | undefined;
  /** Why the list may be outdated. */
  notice?: string;
}

export function TodosPage({ data: loaded, refused, notice }: TodosPageProps) {
  const { data, isLive } = useLiveList(loaded);
  const { viewer, isProfileMissing, listView, filter, todos, earlier, isNewestPage, team } = data;
  const list = useLinkedTodo(listView.todoId);
  const unlinked = { ...listView, todoId: null };
  const announce = useAnnounce();
  const asked = useSearchParams()[0].get("edit");
  const keys = {
    edit: useKeyShortcut("e a d"),
    assign: useKeyShortcut("a"),
    delete: useKeyShortcut("Delete"),
  };
  const today = useToday(data.today, filter.dueBefore !== null);
  const follow = useFollow();
  const changes = useChanges(todos);
  const undo = useUndo(changes, loaded.undo);
  const outbox = useOutbox(viewer.id, todos, isLive);
  const { unsent, attempt, problem } = outbox;
  const added = stillMissing(todos, unsent);
  const unsentTicks = unsent.filter((change) => change.intent === "toggle").map(({ id }) => id);
  const expected = (listed: Todo[]) =>
    [...unsent.map(fieldsOf), ...changes.sent.map(({ fields }) => fields)].reduce(
      (shown, fields) => withChange(shown, fields, viewer.id),
      listed,
    );
  const expectedTodos = expected(todos);
  const moreOpen = openOf(expectedTodos) - openOf(todos) + added.length;
  const remaining = data.remaining + (filter.complete ? 0 : moreOpen);
  const held = useHeldTodos(todos);
  const listKey = useListKey(listView, list, held.isHolding);
  useAnnouncedChanges(todos, changes.sent.length > 0);
  const shown = expected(held.todos);
  const refusedEdit =
    refused && isEdit(refused) && shown.some(({ id }) => id === refused.id) ? refused : undefined;

  /** Without a connection, or behind unsent changes, a tick waits in the outbox. */
  function tick(todo: Pick<Todo, "id" | "task">, complete: boolean): void {
    if (outbox.isBlocked || unsent.length > 0) {
      outbox.tick(todo, complete);
      return;
    }
    announce(announced.ticked(todo.task, complete));
    changes.send(
      { intent: "toggle", id: todo.id, complete: String(complete) },
      {
        otherwise: notTicked(todo.task),
        onRefused({ isUnreachable = false }) {
          if (isUnreachable) outbox.tick(todo, complete);
          return isUnreachable;
        },
      },
    );
  }

  return (
    <Frame account={<SignedIn email={viewer.email} isAdmin={viewer.isAdmin} />}>
      <div className="columns">
        <section aria-labelledby="todos" className="list">
          <div className="list-heading">
            <h1 id="todos" tabIndex={-1}>
              Todos
            </h1>
            <p className="remaining">{remainingWords({ ...data, remaining })}</p>
            <output className="live-state">{connectionWords(outbox.obstacle, isLive)}</output>
          </div>
          <AddTodo
            addKey={data.addKey}
            refused={refused?.intent === "add" ? refused : undefined}
            outbox={outbox}
            userId={viewer.id}
          />
          {[notice, problem, changes.problem].map((text) =>
            text ? (
              <p key={text} role="alert" className="notice">
                <Sentence text={text} />
              </p>
            ) : null,
          )}
          {isProfileMissing && !refused ? <p className="notice">{profileMissing}</p> : null}
          {refused && !refusedEdit ? <RefusedElsewhere refused={refused} /> : null}
          {changes.toSend.map((change) => (
            <Sending
              key={change.key}
              fetcherKey={change.key}
              fields={change.fields}
              onAnswer={(answer) => changes.settle(change, answer)}
            />
          ))}
          <ChangeButtonsForm />
          <EditButtonsForm />
          <UndoOffer undo={undo} />
          <FindTodos data={data} />
          {earlier ? (
            <p className="pages">
              <Link to={`/${searchOf({ ...unlinked, before: parseCursor(earlier) })}`}>Earlier todos</Link>
            </p>
          ) : null}
          {todos.length + added.length === 0 ? (
            <p className="empty">
              <Sentence text={emptyWords(listView, data)} />
            </p>
          ) : null}
          <BulkChanges
            todos={expectedTodos}
            viewer={viewer}
            ownCompleted={
              team.shown.find(({ userId }) => userId === viewer.id)?.complete ?? data.ownCompleted
            }
            completed={team.complete}
            send={undo.send}
          />
          <ul key={listKey} ref={list} aria-labelledby="todos" className="todos">
            {shown.map((todo) => (
              <TodoItem
                key={todo.id}
                todo={todo}
                viewer={viewer}
                today={today}
                isAskedFor={todo.id === asked}
                keys={keys}
                refused={refusedEdit?.id === todo.id ? refusedEdit : undefined}
                hold={held.hold}
                isLinked={todo.id === listView.todoId}
                isSaving={changes.sent.some(({ fields }) => isEdit(fields) && fields.id === todo.id)}
                onSave={undo.send}
                isUnsent={outbox.isBlocked && unsentTicks.includes(todo.id)}
                onTick={tick}
                onFollow={follow}
                onDelete={({ id, task }) =>
                  undo.send(
                    { intent: "delete", id },
                    { otherwise: `“${task}” was not deleted.`, said: announced.deleted(task) },
                  )
                }
              />
            ))}
            {added.map(({ key, typed }) => (
              <WaitingTodo
                key={key}
                typed={typed}
                ownerEmail={viewer.email}
                today={today}
                isBlocked={outbox.isBlocked}
              />
            ))}
          </ul>
          {attempt ? (
            <Sending
              key={attempt.key}
              fetcherKey={attempt.key}
              fields={fieldsOf(attempt.change)}
              onAnswer={(answer) => outbox.settle(attempt, answer)}
            />
          ) : null}
          {isNewestPage ? null : (
            <p className="pages">
              <Link to={`/${searchOf({ ...unlinked, before: null })}`}>Newest todos</Link>
            </p>
          )}
          <ShortcutsDialog list={list} />
        </section>
        <TeamProgress team={team} listView={listView} />
      </div>
    </Frame>
  );
}

/** A refused change of something that this page does not show. */
function RefusedElsewhere({ refused }: { refused: RefusedChange }) {
  const { intent, id, theirs } = refused;
  // Their text may have moved the todo out of this view, and the user still has to choose.
  return intent === "edit" && id && theirs !== undefined ? (
    <EditTodo {...refused} id={id} was={undefined} theirs={theirs} />
  ) : (
    <RefusalNotice refused={refused} />
  );
}

/** By the form of an edit, which may assign a todo alone. */
function isEdit({ intent }: { intent?: unknown }): boolean {
  return intent === "edit" || intent === "assign";
}

function openOf(todos: Todo[]): number {
  return todos.filter(({ isComplete }) => !isComplete).length;
}
