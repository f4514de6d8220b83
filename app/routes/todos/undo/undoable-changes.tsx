import { Sending } from "#app/routes/todos/changes/sending.tsx";
import { UndoOffer } from "./undo-offer.tsx";
import type { UndoableChanges as Changes } from "./use-undoable-changes.ts";

/** What has become of the changes that can be undone: why one was refused, and the offer to undo the latest. */
export function UndoableChanges({ changes }: { changes: Changes }) {
  const { sent, settle, undo, problem, offer, endOffer } = changes;

  function undoByButton() {
    // The button goes with what it offers.
    document.getElementById("todos")?.focus({ preventScroll: true });
    undo();
  }

  return (
    <>
      {problem ? (
        <p role="alert" className="notice">
          {problem}
        </p>
      ) : null}
      <div className="undo-place">
        {offer ? (
          <UndoOffer key={offer.batch} undoable={offer} onUndo={undoByButton} onOver={endOffer} />
        ) : null}
      </div>
      {sent.map((change) => (
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
