import { Link } from "@remix-run/react";
import { Frame } from "#app/components/frame.tsx";
import { SignedIn } from "#app/components/signed-in.tsx";
import { profileMissing } from "#app/profiles/late-profile.ts";
import { AddTodo } from "./add-todo.tsx";
import type { RefusedChange } from "./answer.ts";
import { BulkChanges } from "./bulk-changes.tsx";
import { parseCursor } from "./cursor.ts";
import { FindTodos } from "./find-todos.tsx";
import type { ListData } from "./list.server.ts";
import { searchOf } from "./list-view.ts";
import { announced, emptyWords, remainingWords } from "./list-words.ts";
import { withSent } from "./pending-changes.ts";
import { RefusalNotice } from "./refusal-notice.tsx";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";
import { TeamProgress } from "./team-progress.tsx";
import { TodoItem } from "./todo-item.tsx";
import { UndoableChanges } from "./undoable-changes.tsx";
import { useAnnouncedChanges } from "./use-announced-changes.ts";
import { useHeldTodos } from "./use-held-todos.ts";
import { useLinkedTodo } from "./use-linked-todo.ts";
import { useLiveList } from "./use-live-list.ts";
import { useUndoableChanges } from "./use-undoable-changes.ts";

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
  const held = useHeldTodos(todos);
  useAnnouncedChanges(todos);
  const shown = withSent(held.todos, changes.sent, viewer.id);
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
            <p className="remaining">{remainingWords(data)}</p>
            <output className="live-state">{isLive ? "" : "Not live: what others change shows late."}</output>
          </div>
          <AddTodo addKey={addKey} refused={refused?.intent === "add" ? refused : undefined} />
          {notice ? (
            <p role="alert" className="notice">
              {notice}
            </p>
          ) : null}
          {isProfileMissing && !refused ? <p className="notice">{profileMissing}</p> : null}
          {refused && !refusedEdit ? <RefusalNotice refused={refused} /> : null}
          <UndoableChanges changes={changes} />
          <FindTodos data={data} />
          {earlier ? (
            <p className="pages">
              <Link to={`/${searchOf({ ...unlinked, before: parseCursor(earlier) })}`}>Earlier todos</Link>
            </p>
          ) : null}
          {todos.length === 0 ? <p className="empty">{emptyWords(listView, data)}</p> : null}
          <BulkChanges
            todos={withSent(todos, changes.sent, viewer.id)}
            viewer={viewer}
            ownCompleted={team.find(({ userId }) => userId === viewer.id)?.complete ?? data.ownCompleted}
            completed={data.completed}
            send={changes.send}
          />
          <ul ref={list} aria-labelledby="todos" className="todos">
            {shown.map((todo) => (
              <TodoItem
                key={todo.id}
                todo={todo}
                viewer={viewer}
                refused={refusedEdit?.id === todo.id ? refusedEdit : undefined}
                hold={held.hold}
                isLinked={todo.id === listView.todoId}
                onDelete={({ id, task }) =>
                  changes.send({ intent: "delete", id }, `“${task}” was not deleted.`, {
                    done: announced.deleted(task),
                  })
                }
              />
            ))}
          </ul>
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
