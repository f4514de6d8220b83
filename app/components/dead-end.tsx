import { Link } from "@remix-run/react";

/** Why there is nothing to see here, and the way back. */
export function DeadEnd({ title, message }: { title: string; message: string }) {
  return (
    <section className="landing">
      <h1>{title}</h1>
      <p>{message}</p>
      <p className="actions">
        <Link className="button primary" to="/">
          To the list
        </Link>
      </p>
    </section>
  );
}
