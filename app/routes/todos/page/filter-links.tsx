import { Link } from "@remix-run/react";
import { type ListView, searchOf } from "#app/routes/todos/list/list-view.ts";
import { useNextView } from "./use-next-view.ts";

/** Leads to the open todos, the completed ones, one's own, or all of them; what is searched for stays. */
export function FilterLinks({ listView }: { listView: ListView }) {
  const first = { ...useNextView(listView), before: null, todoId: null };
  const links: [name: string, isCurrent: boolean, view: ListView][] = [
    ["All", !listView.show && !listView.isMine, { ...first, show: null, isMine: false }],
    ["Active", listView.show === "active", { ...first, show: "active" }],
    ["Completed", listView.show === "completed", { ...first, show: "completed" }],
    ["Mine", listView.isMine, { ...first, isMine: true }],
  ];
  return (
    <nav aria-label="Filter" className="filters">
      {links.map(([name, isCurrent, view]) => (
        <Link key={name} to={`/${searchOf(view)}`} aria-current={isCurrent ? "page" : undefined}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
