import { useEffect, useRef, useState } from "react";
import { clearedAtOnce, type Undoable } from "#app/routes/todos/changes/answer.ts";
import { ChangeForm } from "#app/routes/todos/changes/change-form.tsx";

/** Ten seconds are promised, and the answer took a moment to be shown. */
const offeredForMs = 12_000;

interface UndoOfferProps {
  undoable: Undoable;
  onUndo: () => void;
  onOver: () => void;
}

/** What was changed, and the button that undoes it. It goes by itself, though not from under a pointer or the focus. */
export function UndoOffer({ undoable, onUndo, onOver }: UndoOfferProps) {
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
    // biome-ignore lint/a11y/noStaticElementInteractions: nothing is done here; whoever reads it is given time
    <div
      className="undo"
      onPointerEnter={() => setIsHovered(true)}
      onPointerLeave={() => setIsHovered(false)}
      onFocus={() => setIsFocused(true)}
      onBlur={() => setIsFocused(false)}
    >
      <span>{words(undoable)}</span>
      <ChangeForm fields={{ intent: "restore", batch: undoable.batch }} onSend={onUndo}>
        <button type="submit">Undo</button>
      </ChangeForm>
    </div>
  );
}

function words({ intent, count }: Undoable): string {
  switch (intent) {
    case "delete":
      return "The todo was deleted.";
    case "toggle-all":
      return `${todos(count)} changed.`;
    case "clear-completed":
      return `${todos(count)} cleared.${count === clearedAtOnce ? " There may be more: clear again." : ""}`;
  }
}

function todos(count: number): string {
  return count === 1 ? "1 todo was" : `${count} todos were`;
}
