import { type RefObject, useRef } from "react";
import { type ListView, searchOf } from "../list/views.ts";

/**
 * A new key for each view of the list, so that found todos appear in place and do not move there. The key stays while a
 * todo is edited or has the focus.
 * @param isHeld whether a todo is edited
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
