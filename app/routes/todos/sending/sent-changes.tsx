import { Sending } from "./sending.tsx";
import { type Changes, inTurn } from "./use-changes.ts";

/** Sends the changes of a page, and shows why the last one was refused. */
export function SentChanges({ changes: { sent, settle, problem } }: { changes: Changes }) {
  return (
    <>
      {problem ? (
        <p role="alert" className="notice">
          {problem}
        </p>
      ) : null}
      {inTurn(sent).map((change) => (
        <Sending
          key={change.key}
          fetcherKey={change.key}
          fields={change.fields}
          onAnswer={(answer) => settle(change, answer)}
        />
      ))}
    </>
  );
}
