import { useEffect, useRef } from "react";
import { isTyping } from "../keyboard/is-typing.ts";

/**
 * Lets Ctrl+Z, or Cmd+Z, undo, but where the browser undoes what was typed.
 * @param undo tells whether there was anything
 */
export function useUndoKey(undo: () => boolean): void {
  const latest = useRef(undo);
  latest.current = undo;

  useEffect(() => {
    function press(event: KeyboardEvent): void {
      const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
      if (!isUndo || event.shiftKey || event.altKey || event.repeat || isTyping(event.target)) return;
      if (latest.current()) event.preventDefault();
    }
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
