import type { FormEvent } from "react";

/** What users did that this browser has not sent yet. */
interface Unsent {
  count(): number;
  drop(): void;
}

let unsent: Unsent = { count: () => 0, drop() {} };

/** Registers where a browser keeps what it has not sent. */
export function keepUntilSent(kept: Unsent): void {
  unsent = kept;
}

/** Leaves nothing in the browser of a user who signs out. Asks them first if something would be lost. */
export function leave(event: FormEvent): void {
  const count = unsent.count();
  if (count > 0 && !window.confirm(question(count))) event.preventDefault();
  else unsent.drop();
}

function question(count: number): string {
  return count === 1
    ? "You have 1 unsent change. Sign out and lose it?"
    : `You have ${count} unsent changes. Sign out and lose them?`;
}
