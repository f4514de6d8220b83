import type { FormEvent } from "react";
import { questionOfWaiting } from "#app/routes/todos/list/list-words.ts";
import { dropWaitingOfOthers, waitingChanges } from "#app/routes/todos/outbox/storage.ts";

/** Leaves nothing in the browser of somebody who signs out. He is asked first where it would be lost. */
export function leave(event: FormEvent): void {
  const { length } = waitingChanges();
  if (length > 0 && !window.confirm(questionOfWaiting(length))) event.preventDefault();
  else dropWaitingOfOthers(null);
}
