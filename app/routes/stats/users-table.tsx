import { Link } from "@remix-run/react";
import { Time } from "#app/components/time.tsx";
import { nameOrNone } from "#app/platform/visible-text.ts";
import type { UsersSort } from "./queries.server.ts";
import type { Stats } from "./stats.server.ts";

const columns: { name: string; sort?: UsersSort; isNumber?: boolean }[] = [
  { name: "Email", sort: "email" },
  { name: "Name" },
  { name: "Open", sort: "open", isNumber: true },
  { name: "Overdue", isNumber: true },
  { name: "Assigned", isNumber: true },
  { name: "Completed", sort: "complete", isNumber: true },
  { name: "Total", sort: "total", isNumber: true },
  { name: "Last activity", sort: "latest" },
];

const countColumns = ["open", "overdue", "assigned", "complete", "total"] as const;

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
              {columns.map((column) => (
                <th
                  key={column.name}
                  scope="col"
                  className={column.isNumber ? "number" : undefined}
                  aria-sort={column.sort === sort ? (descending ? "descending" : "ascending") : undefined}
                >
                  {column.sort ? (
                    <Link to={sortPaths[column.sort]} preventScrollReset>
                      {column.name}
                      {column.sort === sort ? (
                        <span aria-hidden="true">{descending ? " ▼" : " ▲"}</span>
                      ) : null}
                    </Link>
                  ) : (
                    column.name
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {users.map(({ userId, email, name, latest, ...counts }) => (
              <tr key={userId}>
                <th scope="row">{email ?? "no email"}</th>
                <td className="user-name" dir="auto">
                  {nameOrNone(name)}
                </td>
                {countColumns.map((column) => (
                  <td key={column} className="number">
                    {counts[column].toLocaleString("en")}
                  </td>
                ))}
                <td className="user-latest">{latest ? <Time value={latest} /> : "never"}</td>
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
