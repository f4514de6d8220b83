import { Link } from "@remix-run/react";
import { AccountDeleted } from "#app/components/account-deleted.tsx";
import { Frame } from "#app/components/frame.tsx";

export function Landing({ wasDeleted, signUp }: { wasDeleted: boolean; signUp: boolean }) {
  return (
    <Frame>
      {wasDeleted ? <AccountDeleted /> : null}
      <div className="front">
        <section className="landing">
          <h1>One list for the whole team</h1>
          <p>
            Add what has to be done, tick what is done, and see at a glance how far the team has come. Anyone
            on the team can tick any todo.
          </p>
          <ul className="promises">
            <li>A tick shows on every screen at once.</li>
            <li>Each todo can have an assignee and a due date.</li>
            <li>Deleted or changed by mistake? Undo it.</li>
            <li>Offline, what you add and tick waits, and is sent later.</li>
          </ul>
          <p className="actions">
            {signUp ? (
              <Link className="button primary" to="/sign-up">
                Sign up
              </Link>
            ) : null}
            <Link className={signUp ? "button" : "button primary"} to="/sign-in">
              Sign in
            </Link>
          </p>
        </section>
        <Preview />
      </div>
    </Frame>
  );
}

const todos = [
  { task: "Book the room", says: "bob@example.com", isComplete: true },
  { task: "Order the cake", says: "doug@example.com · Due 3 Dec", isComplete: false },
  {
    task: "Write the invitations",
    says: "bob@example.com · Assigned to doug@example.com",
    isComplete: false,
  },
];
const team = [
  { email: "bob@example.com", complete: 1, total: 2, color: "color-0" },
  { email: "doug@example.com", complete: 0, total: 1, color: "color-3" },
];

/** What the list looks like. A picture: nothing in it can be used, and screen readers leave it out. */
function Preview() {
  return (
    <div className="preview" aria-hidden="true">
      <ul className="todos">
        {todos.map(({ task, says, isComplete }) => (
          <li key={task}>
            {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: by it the styles draw the tick */}
            <span aria-checked={isComplete} />
            <p>{task}</p>
            <small>{says}</small>
          </li>
        ))}
      </ul>
      <div className="team">
        {team.map(({ email, complete, total, color }) => (
          <div key={email} className="member">
            <span className={`avatar ${color}`}>{email[0]?.toUpperCase()}</span>
            <span className="member-email">{email}</span>
            <span className="member-count">{`${complete}/${total}`}</span>
            <progress value={complete} max={total} />
          </div>
        ))}
      </div>
    </div>
  );
}
