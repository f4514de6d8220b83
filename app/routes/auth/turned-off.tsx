import { Link } from "@remix-run/react";
import { withRedirectTo } from "#app/auth/session/redirect-to.ts";

interface TurnedOffProps {
  title: string;
  why: string;
  redirectTo: string;
}

/** In place of a form that would be refused. */
export function TurnedOff({ title, why, redirectTo }: TurnedOffProps) {
  return (
    <section className="credentials">
      <h1>{title}</h1>
      <p>{why}</p>
      <Link className="button primary" to={withRedirectTo("/sign-in", redirectTo)}>
        Sign in
      </Link>
    </section>
  );
}
