import type { FormEvent } from "react";
import { dropWaitingOfOthers, waitingChanges } from "#app/routes/todos/outbox/storage.ts";
import { questionOfUnsent } from "#app/routes/todos/outbox/words.ts";

/** Leaves nothing in the browser of somebody who signs out. He is asked first where it would be lost. */
export function leave(event: FormEvent): void {
  const { length } = waitingChanges();
  if (length > 0 && !window.confirm(questionOfUnsent(length))) event.preventDefault();
  else dropWaitingOfOthers(null);
}
