import { Link } from "@remix-run/react";
import { nameOrNone } from "#app/platform/visible-text.ts";
import type { Member } from "../list/team.server.ts";
import { type ListView, searchOf } from "../list/views.ts";

export function TeamProgress({ team, listView }: { team: Member[]; listView: ListView }) {
  const from = listView.teamFrom;
  const pathTo = (teamFrom: number | null) => `/${searchOf({ ...listView, teamFrom })}`;
  const members = team[0]?.members ?? 0;
  const hidden = members - team.length;
  const next = from === null ? null : from + team.length;
  return (
    <section aria-labelledby="team-progress" className="team">
      <h2 id="team-progress">Team progress</h2>
      {team.length === 0 ? <p className="empty">No one has a todo yet.</p> : null}
      <ul aria-labelledby="team-progress">
        {team.map(({ userId, email, name, complete, total }) => (
          <li key={userId} className="member">
            <span className="member-email">{email ?? "no email"}</span>
            <span className="member-name" dir="auto">
              {nameOrNone(name)}
            </span>
            <span className="member-count">{`${complete}/${total}`}</span>
            <progress value={complete} max={total} aria-hidden="true" />
          </li>
        ))}
      </ul>
      <p className="pages">
        {from === null && hidden > 0 ? <Link to={pathTo(1)}>{`and ${hidden} more`}</Link> : null}
        {next !== null && next <= members ? <Link to={pathTo(next)}>Next people</Link> : null}
        {from === null ? null : <Link to={pathTo(null)}>Show fewer</Link>}
      </p>
    </section>
  );
}
