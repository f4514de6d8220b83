/** In code points, as Postgres counts them. */
const longestTask = 500;

/** A typed task as it is stored, without the white space of any script around it. */
export function toTask(text: string): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}

/** @param task as `toTask` returns it */
export function problemOf(task: string): string | undefined {
  const length = [...task].length;
  if (length === 0) return "Enter what needs to be done.";
  if (length > longestTask) return `A todo can have up to ${longestTask} characters. This one has ${length}.`;
  if (task.includes("\0")) return "A todo can't contain the character NUL.";
  return undefined;
}
