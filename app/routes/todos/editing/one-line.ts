import type { ClipboardEvent } from "react";

/** A text as it goes into a field of one line, which by itself would join the last word of a line to the next. */
export function toOneLine(text: string): string {
  return text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, " ");
}

/** Pastes several lines as one. */
export function pasteOneLine(event: ClipboardEvent<HTMLInputElement>): void {
  const text = event.clipboardData.getData("text/plain");
  if (toOneLine(text) === text) return;
  event.preventDefault();
  const field = event.currentTarget;
  field.setRangeText(toOneLine(text), field.selectionStart ?? 0, field.selectionEnd ?? 0, "end");
}
