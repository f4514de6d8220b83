import { Link } from "@remix-run/react";
import type { Member } from "./queries.server.ts";

interface TeamProgressProps {
  team: Member[];
  /** The place of the first of them, where the whole team is shown page by page; null: in brief. */
  from: number | null;
}

/** Who did how much of his own todos. */
export function TeamProgress({ team, from }: TeamProgressProps) {
  const members = team[0]?.members ?? 0;
  const hidden = members - team.length;
  const next = from === null ? null : from + team.length;
  return (
    <section aria-labelledby="team-progress" className="team">
      <h2 id="team-progress">Team progress</h2>
      {team.length === 0 ? <p className="empty">Nobody has a todo yet.</p> : null}
      <ul aria-labelledby="team-progress">
        {team.map(({ userId, email, name, complete, total }) => (
          <li key={userId} className="member">
            <span className="member-email">{email ?? "no e-mail"}</span>
            <span className="member-name">{name || "N/A"}</span>
            <span className="member-count">{`${complete}/${total}`}</span>
            <progress value={complete} max={total} aria-hidden="true" />
          </li>
        ))}
      </ul>
      <p className="pages">
        {from === null && hidden > 0 ? <Link to="/?team=all">{`and ${hidden} more`}</Link> : null}
        {next !== null && next <= members ? <Link to={`/?team=all&from=${next}`}>Next people</Link> : null}
        {from === null ? null : <Link to="/">Show fewer</Link>}
      </p>
    </section>
  );
}
