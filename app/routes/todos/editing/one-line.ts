import type { ClipboardEvent } from "react";
import { type Typed, typedIn } from "../changes/answer.ts";

/** A field of one line would drop line breaks, and so join words. */
export function toOneLine(text: string): string {
  return text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, " ");
}

export function inOneLine(typed: Typed): Typed {
  return typedIn({ get: (name) => toOneLine(new Map(Object.entries(typed)).get(name) ?? "") });
}

export function pasteOneLine(event: ClipboardEvent<HTMLInputElement>): void {
  const text = event.clipboardData.getData("text/plain");
  if (toOneLine(text) === text) return;
  event.preventDefault();
  const field = event.currentTarget;
  field.setRangeText(toOneLine(text), field.selectionStart ?? 0, field.selectionEnd ?? 0, "end");
  // As a paste by the browser does.
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
