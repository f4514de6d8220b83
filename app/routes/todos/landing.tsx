import { Link } from "@remix-run/react";
import { AccountDeleted } from "#app/components/account-deleted.tsx";
import { Frame } from "#app/components/frame.tsx";

export function Landing({ wasDeleted, signUp }: { wasDeleted: boolean; signUp: boolean }) {
  return (
    <Frame>
      {wasDeleted ? <AccountDeleted /> : null}
      <section className="landing">
        <h1>One list for the whole team</h1>
        <p>
          Add what has to be done, tick what is done, and see at a glance how far the team has come. Anyone on
          the team can tick any todo.
        </p>
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
    </Frame>
  );
}
