import { Link } from "@remix-run/react";
import { chosenViews, type ListView, searchOf, views } from "../list/views.ts";
import { useNextView } from "./use-next-view.ts";

/** The search stays. */
export function FilterLinks({ listView }: { listView: ListView }) {
  const first = { ...useNextView(listView), before: null, todoId: null };
  const current = chosenViews(listView).map(({ link }) => link);
  const links: [name: string, isCurrent: boolean, view: ListView][] = [
    ["All", current.length === 0, { ...first, chosen: {} }],
    ...views.map(({ link, parameter, value }): [string, boolean, ListView] => [
      link,
      current.includes(link),
      { ...first, chosen: { ...first.chosen, [parameter]: value } },
    ]),
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
