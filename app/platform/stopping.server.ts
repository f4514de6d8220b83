let hasBegun = false;
const atOnce: (() => void)[] = [];
const atTheEnd: (() => Promise<void>)[] = [];

/** Whether the process has been asked to stop. It still answers as long as it can be reached. */
export function isStopping(): boolean {
  return hasBegun;
}

/** Registers what ends as soon as the process is asked to stop, such as live streams. */
export function onStop(end: () => void): void {
  atOnce.push(end);
}

/** Registers what requests need until the last one is answered, such as connections to a database. */
export function afterLastAnswer(close: () => Promise<void>): void {
  atTheEnd.push(close);
}

export function beginStop(): void {
  hasBegun = true;
  for (const end of atOnce) end();
}

export async function finishStop(): Promise<void> {
  await Promise.all(atTheEnd.map((close) => close()));
}
