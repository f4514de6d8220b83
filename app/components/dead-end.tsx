import { Link } from "@remix-run/react";

interface DeadEndProps {
  title: string;
  message: string;
  /** A path that may work when it is loaded again. */
  tryAgain?: string | undefined;
  reference?: string | undefined;
}

/** The way out loads a new document, since this one may be broken. */
export function DeadEnd({ title, message, tryAgain, reference }: DeadEndProps) {
  return (
    <section className="landing">
      <h1>{title}</h1>
      <p>{message}</p>
      {reference ? (
        <p data-reference={reference}>
          If this keeps happening, quote reference <code>{reference}</code>.
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
