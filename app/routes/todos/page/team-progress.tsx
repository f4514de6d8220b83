import { Link } from "@remix-run/react";
import { nameOrNone } from "#app/platform/visible-text.ts";
import type { Team } from "../list/team.server.ts";
import { type ListView, searchOf } from "../list/views.ts";

export function TeamProgress({ team, listView }: { team: Team; listView: ListView }) {
  const from = listView.teamFrom;
  const pathTo = (teamFrom: number | null) => `/${searchOf({ ...listView, teamFrom })}`;
  const { shown, members, complete, total } = team;
  const hidden = members - shown.length;
  const next = from === null ? null : from + shown.length;
  return (
    <section aria-labelledby="team-progress" className="team">
      <div className="list-heading">
        <h2 id="team-progress">Team progress</h2>
        {total > 0 ? <p className="remaining">{`${count(complete)} of ${count(total)} done`}</p> : null}
      </div>
      {shown.length === 0 ? <p className="empty">No one has a todo yet.</p> : null}
      <ul aria-labelledby="team-progress">
        {shown.map(({ userId, email, name, complete, total }) => (
          <li key={userId} className="member">
            <span className={`avatar ${colorOf(userId)}`} aria-hidden="true">
              {initialOf(name, email)}
            </span>
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

const count = (number: number) => number.toLocaleString("en");

/** The first of the name's letters, else of the email's. */
function initialOf(name: string | null, email: string | null): string {
  return /[\p{L}\p{N}]/u.exec(`${name ?? ""}${email ?? ""}`)?.[0].toUpperCase() ?? "?";
}

/** The same on every page of every viewer: the id's last character, which is random in a UUID, chooses. */
function colorOf(userId: string): string {
  return `color-${(userId.codePointAt(userId.length - 1) ?? 0) % 6}`;
}
