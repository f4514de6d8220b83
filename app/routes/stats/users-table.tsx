import { Link } from "@remix-run/react";
import { Time } from "#app/components/time.tsx";
import { nameOrNone } from "#app/platform/visible-text.ts";
import type { UserStats } from "./queries.server.ts";
import type { Stats } from "./stats.server.ts";
import { type UsersColumn, usersColumns } from "./users-columns.ts";

export function UsersTable({ users, sort, descending, sortPaths, nextPath, firstPath }: Stats["users"]) {
  return (
    <section id="users" className="users">
      <div className="list-heading">
        <h2 id="users-heading">Users</h2>
        {/* No <Link>: it is a file, not a page. */}
        <a href="/stats.csv">Download all as CSV</a>
      </div>
      <div className="table-frame">
        <table aria-labelledby="users-heading">
          <thead>
            <tr>
              {usersColumns.map((column) => (
                <th
                  key={column.key}
                  scope="col"
                  className={isCount(column.key) ? "number" : undefined}
                  aria-sort={column.sort === sort ? (descending ? "descending" : "ascending") : undefined}
                >
                  {column.sort ? (
                    <Link to={sortPaths[column.sort]} preventScrollReset>
                      {column.header}
                      {column.sort === sort ? (
                        <span aria-hidden="true">{descending ? " ▼" : " ▲"}</span>
                      ) : null}
                    </Link>
                  ) : (
                    column.header
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {users.map((user) => (
              <tr key={user.userId}>
                {usersColumns.map(({ key }) => (
                  <Cell key={key} user={user} column={key} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {users.length === 0 ? <p className="empty">There are no more users.</p> : null}
      <p className="pages">
        {firstPath ? <Link to={firstPath}>First users</Link> : null}
        {nextPath ? <Link to={nextPath}>Next users</Link> : null}
      </p>
    </section>
  );
}

function Cell({ user, column }: { user: UserStats; column: UsersColumn["key"] }) {
  switch (column) {
    case "email":
      return <th scope="row">{user.email ?? "no email"}</th>;
    case "name":
      return (
        <td className="user-name" dir="auto">
          {nameOrNone(user.name)}
        </td>
      );
    case "latest":
      return <td className="user-latest">{user.latest ? <Time value={user.latest} /> : "never"}</td>;
    default:
      return <td className="number">{user[column].toLocaleString("en")}</td>;
  }
}

function isCount(column: UsersColumn["key"]): boolean {
  return !["email", "name", "latest"].includes(column);
}
