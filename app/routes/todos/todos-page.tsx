import { Link } from "@remix-run/react";
import { Frame } from "#app/components/frame.tsx";
import { SignedIn } from "#app/components/signed-in.tsx";
import { profileMissing } from "#app/profiles/late-profile.ts";
import { AddTodo } from "./add-todo.tsx";
import { canBeAddedAgain, type RefusedChange } from "./answer.ts";
import type { ListData } from "./list.server.ts";
import { TeamProgress } from "./team-progress.tsx";
import { TodoItem } from "./todo-item.tsx";
import { useLiveList } from "./use-live-list.ts";

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
  const { viewer, isProfileMissing, todos, earlier, isNewestPage, remaining, team, teamFrom, addKey } = data;
  return (
    <Frame account={<SignedIn email={viewer.email} isAdmin={viewer.isAdmin} />}>
      <div className="columns">
        <section aria-labelledby="todos" className="list">
          <div className="list-heading">
            <h1 id="todos">Todos</h1>
            <p className="remaining">{`${remaining} ${remaining === 1 ? "todo" : "todos"} remaining`}</p>
            <output className="live-state">{isLive ? "" : "Not live: what others change shows late."}</output>
          </div>
          <AddTodo addKey={addKey} refused={refused} />
          {notice ? (
            <p role="alert" className="notice">
              {notice}
            </p>
          ) : null}
          {isProfileMissing && !refused ? <p className="notice">{profileMissing}</p> : null}
          {refused?.errors.form && !canBeAddedAgain(refused) ? (
            <p role="alert" className="notice">
              {refused.errors.form}
            </p>
          ) : null}
          {earlier ? (
            <p className="pages">
              <Link to={`/?before=${encodeURIComponent(earlier)}`}>Earlier todos</Link>
            </p>
          ) : null}
          {todos.length === 0 ? <p className="empty">Nothing here yet. Add the first todo above.</p> : null}
          <ul aria-labelledby="todos" className="todos">
            {todos.map((todo) => (
              <TodoItem key={todo.id} todo={todo} viewer={viewer} />
            ))}
          </ul>
          {isNewestPage ? null : (
            <p className="pages">
              <Link to="/">Newest todos</Link>
            </p>
          )}
        </section>
        <TeamProgress team={team} from={teamFrom} />
      </div>
    </Frame>
  );
}
