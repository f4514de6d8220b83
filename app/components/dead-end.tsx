import { Link } from "@remix-run/react";

interface DeadEndProps {
  title: string;
  message: string;
  /** The path that may be there if it is asked for again. */
  tryAgain?: string | undefined;
  /** Names in the log what went wrong. */
  reference?: string | undefined;
}

/** Why there is nothing to see here, and the way on: by a whole new document, whatever has gone wrong in this one. */
export function DeadEnd({ title, message, tryAgain, reference }: DeadEndProps) {
  return (
    <section className="landing">
      <h1>{title}</h1>
      <p>{message}</p>
      {reference ? (
        <p data-reference={reference}>
          Should it go on, quote the reference <code>{reference}</code>.
        </p>
      ) : null}
      <p className="actions">
        {tryAgain ? (
          <a className="button" href={tryAgain}>
            Try again
          </a>
        ) : null}
        <Link className="button primary" to="/" reloadDocument>
          Back to the list
        </Link>
      </p>
    </section>
  );
}
