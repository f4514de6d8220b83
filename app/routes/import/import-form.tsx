import { useId } from "react";

export interface ImportProblems {
  /** Each with its line or row. */
  problems: string[];
}

/** More do not help: they have one cause. */
const mostShown = 20;

/** A plain form, with JavaScript too: a file is sent as a whole, and the answer is a page. */
export function ImportForm({ problems }: ImportProblems) {
  const id = useId();
  const hidden = problems.length - mostShown;
  return (
    <form method="post" action="/import" encType="multipart/form-data">
      <p id={`${id}-hint`}>
        Add todos from a file as this app exports it, or from a CSV file with a column “task”: up to 1,000
        todos and 1 MiB. A file that you import again adds nothing.
      </p>
      {problems.length > 0 ? (
        <div role="alert" className="notice" id={`${id}-problems`}>
          <p>Nothing was imported.</p>
          <ul>
            {problems.slice(0, mostShown).map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
            {hidden > 0 ? <li>{`and ${hidden} more`}</li> : null}
          </ul>
        </div>
      ) : null}
      <div className="field">
        <label htmlFor={`${id}-file`}>File</label>
        <input
          id={`${id}-file`}
          type="file"
          name="file"
          accept=".csv,.json"
          aria-invalid={problems.length > 0 || undefined}
          aria-describedby={problems.length > 0 ? `${id}-problems` : `${id}-hint`}
        />
      </div>
      <button type="submit">Import</button>
    </form>
  );
}
