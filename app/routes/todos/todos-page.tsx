import { Link } from "@remix-run/react";
import { Frame } from "#app/components/frame.tsx";
import { profileMissing } from "#app/profiles/late-profile.ts";
import { AddTodo } from "./add-todo.tsx";
import { canBeAddedAgain, type RefusedChange } from "./answer.ts";
import type { ListData } from "./list.server.ts";
import { TeamProgress } from "./team-progress.tsx";
import { TodoItem } from "./todo-item.tsx";

type Data = Extract<ListData, { view: "list" }>;

/** `/` for a user: the shared list, and how far the team has come. */
export function TodosPage({ data, refused }: { data: Data; refused: RefusedChange | undefined }) {
  const { viewer, isProfileMissing, todos, earlier, isNewestPage, remaining, team, teamFrom, addKey } = data;
  return (
    <Frame account={<SignedIn email={viewer.email} />}>
      <div className="columns">
        <section aria-labelledby="todos" className="list">
          <div className="list-heading">
            <h1 id="todos">Todos</h1>
            <p className="remaining">{`${remaining} ${remaining === 1 ? "todo" : "todos"} remaining`}</p>
          </div>
          <AddTodo addKey={addKey} refused={refused} />
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

function SignedIn({ email }: { email: string | null }) {
  return (
    <div className="account">
      <span className="account-email">{email ?? "no e-mail"}</span>
      <form method="post" action="/sign-out">
        <button type="submit">Sign out</button>
      </form>
    </div>
  );
}
