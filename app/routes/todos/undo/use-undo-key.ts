import { useEffect, useRef } from "react";
import { isTyping } from "../keyboard/is-typing.ts";
import { pressedKey } from "../keyboard/pressed-key.ts";

/**
 * Makes Ctrl+Z or Cmd+Z undo, except in fields, where the browser undoes typing.
 * @param undo returns whether there was anything to undo
 */
export function useUndoKey(undo: () => boolean): void {
  const latest = useRef(undo);
  latest.current = undo;

  useEffect(() => {
    function press(event: KeyboardEvent): void {
      const isUndo = pressedKey(event) === "z" && (event.ctrlKey || event.metaKey);
      if (!isUndo || event.shiftKey || event.altKey || event.repeat || isTyping(event.target)) return;
      if (latest.current()) event.preventDefault();
    }
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
