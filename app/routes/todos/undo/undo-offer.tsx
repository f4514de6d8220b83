import { useEffect, useRef, useState } from "react";
import type { Undoable } from "../changes/answer.ts";
import { ChangeButton } from "../sending/change-button.tsx";
import type { Undo } from "./use-undo.ts";

/** We promise ten seconds, and the answer takes a moment to show. */
const offeredForMs = 12_000;

/** Keeps its place when there is no offer, so that nothing moves. */
export function UndoOffer({ undo: { offered, undo, endOffer } }: { undo: Undo }) {
  function undoByButton() {
    // The button disappears with the offer.
    document.getElementById("todos")?.focus({ preventScroll: true });
    undo();
  }
  return (
    <div className="undo-place">
      {offered ? (
        <Offer key={offered.batch} undoable={offered} onUndo={undoByButton} onOver={endOffer} />
      ) : null}
    </div>
  );
}

/** Disappears by itself, but not while it has the pointer or the focus. */
function Offer(props: { undoable: Undoable; onUndo: () => void; onOver: () => void }) {
  const { undoable, onUndo, onOver } = props;
  const [isHovered, setIsHovered] = useState(false);
  const [isFocused, setIsFocused] = useState(false);
  const over = useRef(onOver);
  over.current = onOver;

  useEffect(() => {
    if (isHovered || isFocused) return;
    const timer = setTimeout(() => over.current(), offeredForMs);
    return () => clearTimeout(timer);
  }, [isHovered, isFocused]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: nothing is done here; a reader is given time
    <div
      className="undo"
      onPointerEnter={() => setIsHovered(true)}
      onPointerLeave={() => setIsHovered(false)}
      onFocus={() => setIsFocused(true)}
      onBlur={() => setIsFocused(false)}
    >
      <span>{undoable.sentence}</span>
      <ChangeButton fields={{ intent: "restore", batch: undoable.batch }} onSend={onUndo}>
        Undo
      </ChangeButton>
    </div>
  );
}
