import { type RefObject, useRef } from "react";
import { type ListView, searchOf } from "../list/views.ts";

/**
 * A key for the list, another one for each view of it: what a filter or a search has found is there, and has not moved
 * there, whenever the answer comes. Nothing is taken from under somebody's hands, though: while something in the list
 * is edited or has the focus, its elements stay.
 * @param isHeld whether something is edited there
 */
export function useListKey(listView: ListView, list: RefObject<HTMLElement>, isHeld: boolean): string {
  const view = searchOf({ ...listView, teamFrom: null, todoId: null });
  const last = useRef({ view, key: view });
  if (view !== last.current.view) {
    const isUsed = isHeld || list.current?.contains(document.activeElement);
    last.current = { view, key: isUsed ? last.current.key : view };
  }
  return last.current.key;
}
