import { Link } from "@remix-run/react";
import { Frame } from "#app/components/frame.tsx";
import { SignedIn } from "#app/components/signed-in.tsx";
import { profileMissing } from "#app/profiles/late-profile.ts";
import type { RefusedChange } from "#app/routes/todos/changes/answer.ts";
import { Sending } from "#app/routes/todos/changes/sending.tsx";
import { useHeldTodos } from "#app/routes/todos/editing/use-held-todos.ts";
import { ShortcutsDialog } from "#app/routes/todos/keyboard/shortcuts-dialog.tsx";
import { parseCursor } from "#app/routes/todos/list/cursor.ts";
import type { ListData } from "#app/routes/todos/list/list.server.ts";
import { searchOf } from "#app/routes/todos/list/list-view.ts";
import { announced, connectionWords, emptyWords, remainingWords } from "#app/routes/todos/list/list-words.ts";
import { useAnnouncedChanges } from "#app/routes/todos/live/use-announced-changes.ts";
import { useLiveList } from "#app/routes/todos/live/use-live-list.ts";
import {
  fieldsOf,
  isTick,
  moreOpen,
  stillMissing,
  withSent,
  withTicks,
} from "#app/routes/todos/outbox/pending-changes.ts";
import { useOutbox } from "#app/routes/todos/outbox/use-outbox.ts";
import { WaitingTodo } from "#app/routes/todos/outbox/waiting-todo.tsx";
import { UndoableChanges } from "#app/routes/todos/undo/undoable-changes.tsx";
import { useUndoableChanges } from "#app/routes/todos/undo/use-undoable-changes.ts";
import { AddTodo } from "./add-todo.tsx";
import { BulkChanges } from "./bulk-changes.tsx";
import { FindTodos } from "./find-todos.tsx";
import { RefusalNotice } from "./refusal-notice.tsx";
import { TeamProgress } from "./team-progress.tsx";
import { TodoItem } from "./todo-item.tsx";
import { useLinkedTodo } from "./use-linked-todo.ts";
import { useListKey } from "./use-list-key.ts";

type Data = Extract<ListData, { view: "list" }>;

interface TodosPageProps {
  data: Data;
  refused: RefusedChange | undefined;
  /** Why the list may be an old one. */
  notice?: string;
}

/** `/` for a user: the shared list, and how far the team has come. */
export function TodosPage({ data: loaded, refused, notice }: TodosPageProps) {
  const { data, isLive } = useLiveList(loaded);
  const { viewer, isProfileMissing, listView, todos, earlier, isNewestPage, team, addKey } = data;
  const list = useLinkedTodo(listView.todoId);
  const unlinked = { ...listView, todoId: null };
  const changes = useUndoableChanges(loaded.undo);
  const outbox = useOutbox({ userId: viewer.id, todos, isLive });
  const { unsent, attempt, problem } = outbox;
  const added = stillMissing(todos, unsent);
  const ticked = new Set(outbox.isBlocked ? unsent.filter(isTick).map(({ id }) => id) : []);
  const remaining = data.remaining + (listView.show === "completed" ? 0 : moreOpen(todos, unsent));
  const held = useHeldTodos(todos);
  const listKey = useListKey(listView, list, held.isHolding);
  useAnnouncedChanges(todos);
  const shown = withSent(withTicks(held.todos, unsent), changes.sent, viewer.id);
  const isEdit = refused?.intent === "edit" && shown.some(({ id }) => id === refused.id);
  const refusedEdit = isEdit ? refused : undefined;
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
            addKey={addKey}
            refused={refused?.intent === "add" ? refused : undefined}
            outbox={outbox}
          />
          {[notice, problem].map((text) =>
            text ? (
              <p key={text} role="alert" className="notice">
                {text}
              </p>
            ) : null,
          )}
          {isProfileMissing && !refused ? <p className="notice">{profileMissing}</p> : null}
          {refused && !refusedEdit ? <RefusalNotice refused={refused} /> : null}
          <UndoableChanges changes={changes} />
          <FindTodos data={data} />
          {earlier ? (
            <p className="pages">
              <Link to={`/${searchOf({ ...unlinked, before: parseCursor(earlier) })}`}>Earlier todos</Link>
            </p>
          ) : null}
          {todos.length + added.length === 0 ? <p className="empty">{emptyWords(listView, data)}</p> : null}
          <BulkChanges
            todos={withSent(withTicks(todos, unsent), changes.sent, viewer.id)}
            viewer={viewer}
            ownCompleted={team.find(({ userId }) => userId === viewer.id)?.complete ?? data.ownCompleted}
            completed={data.completed}
            send={changes.send}
          />
          <ul key={listKey} ref={list} aria-labelledby="todos" className="todos">
            {shown.map((todo) => (
              <TodoItem
                key={todo.id}
                todo={todo}
                viewer={viewer}
                refused={refusedEdit?.id === todo.id ? refusedEdit : undefined}
                hold={held.hold}
                isLinked={todo.id === listView.todoId}
                waits={ticked.has(todo.id)}
                onTick={outbox.tick}
                onDelete={({ id, task }) =>
                  changes.send({ intent: "delete", id }, `“${task}” was not deleted.`, {
                    done: announced.deleted(task),
                  })
                }
              />
            ))}
            {added.map(({ key, task }) => (
              <WaitingTodo key={key} task={task} ownerEmail={viewer.email} isBlocked={outbox.isBlocked} />
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
