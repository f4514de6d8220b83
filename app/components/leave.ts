import type { FormEvent } from "react";

interface Unsent {
  count(): number;
  drop(): void;
}

let unsent: Unsent = { count: () => 0, drop() {} };

export function keepUntilSent(kept: Unsent): void {
  unsent = kept;
}

/** Drops what this browser has not sent for a user whose account is gone. */
export function dropUnsent(): void {
  unsent.drop();
}

/** When a user signs out, drops what this browser has not sent. Asks them first. */
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
