import { useEffect, useRef, useState } from "react";
import type { Undoable } from "../changes/answer.ts";
import { ChangeForm } from "../sending/change-form.tsx";
import type { Undo } from "./use-undo.ts";

/** Ten seconds are promised, and the answer took a moment to be shown. */
const offeredForMs = 12_000;

/** The offer to undo the latest change, in a place of its own: nothing moves when it comes and goes. */
export function UndoOffer({ undo: { offered, undo, endOffer } }: { undo: Undo }) {
  function undoByButton() {
    // The button goes with what it offers.
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

interface OfferProps {
  undoable: Undoable;
  onUndo: () => void;
  onOver: () => void;
}

/** What was changed, and the button that undoes it. It goes by itself, though not from under a pointer or the focus. */
function Offer({ undoable, onUndo, onOver }: OfferProps) {
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
      <ChangeForm fields={{ intent: "restore", batch: undoable.batch }} onSend={onUndo}>
        <button type="submit">Undo</button>
      </ChangeForm>
    </div>
  );
}
