import { type RefObject, useEffect } from "react";
import { isComposing } from "#app/components/composing.ts";
import { isTyping } from "./is-typing.ts";
import { pressedKey } from "./pressed-key.ts";

const ofPage = ["n", "/", "?"];
const ofTodo = ["e", "a", "d", "Delete"];
/** The field of an edit that a key leads to. */
const fieldOf = new Map([
  ["a", "assignee"],
  ["d", "due_on"],
]);

/**
 * A key uses the control that has it as its aria-keyshortcuts; of the todos' controls, the one of the focused todo.
 * Arrows, Home and End move between the todos' checkboxes.
 */
export function useShortcuts(list: RefObject<HTMLElement>): void {
  useEffect(() => {
    // A todo that leaves the list takes the focus with it.
    let lastPlace = -1;

    const items = () => [...(list.current?.children ?? [])];
    const placeOf = (element: Element | null) => items().findIndex((item) => item.contains(element));

    function remember(): void {
      lastPlace = placeOf(document.activeElement);
    }

    function move(key: string): boolean {
      const last = items().length - 1;
      const isLost = document.activeElement === document.body && lastPlace >= 0;
      const next = destination(key, placeOf(document.activeElement), last);
      if (next === undefined) return false;
      const checkbox =
        items()[Math.min(Math.max(isLost ? lastPlace : next, 0), last)]?.querySelector("[role=checkbox]");
      if (checkbox instanceof HTMLElement) checkbox.focus();
      return checkbox instanceof HTMLElement;
    }

    function use(key: string): boolean {
      const within = ofTodo.includes(key) ? items()[placeOf(document.activeElement)] : document;
      const control = within?.querySelector(`[aria-keyshortcuts~="${key}"]`);
      if (control instanceof HTMLInputElement) control.focus();
      else if (control instanceof HTMLElement) control.click();
      const field = fieldOf.get(key);
      // React renders what a click has changed in a microtask of its own.
      if (field) queueMicrotask(() => focusField(within, field));
      return control instanceof HTMLElement;
    }

    function press(event: KeyboardEvent): void {
      const { target, repeat, ctrlKey, metaKey, altKey } = event;
      const key = pressedKey(event);
      if (isComposing(event) || ctrlKey || metaKey || altKey || event.defaultPrevented) return;
      if (isTyping(target) || document.querySelector("dialog[open]")) return;
      const isControl = ofPage.includes(key) || ofTodo.includes(key);
      const isDone = isControl ? !repeat && use(key) : move(key);
      if (isDone) event.preventDefault();
    }

    window.addEventListener("keydown", press);
    window.addEventListener("focusin", remember);
    return () => {
      window.removeEventListener("keydown", press);
      window.removeEventListener("focusin", remember);
    };
  }, [list]);
}

function focusField(within: ParentNode | undefined, name: string): void {
  const field = within?.querySelector(`input[name="${name}"]:not([type=hidden])`);
  if (field instanceof HTMLElement) field.focus();
}

/** @param place -1: outside of the list, where Home and End still scroll */
function destination(key: string, place: number, last: number): number | undefined {
  switch (key) {
    case "ArrowDown":
      return place + 1;
    case "ArrowUp":
      return place < 0 ? last : place - 1;
    case "Home":
      return place < 0 ? undefined : 0;
    case "End":
      return place < 0 ? undefined : last;
    default:
      return undefined;
  }
}
