/** How long a task may be, in code points, as Postgres counts them. */
const longestTask = 500;

/** A typed task as it is stored: without the white space around it, of whatever script. */
export function toTask(text: string): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}

/**
 * What is wrong with a task, in a sentence.
 * @param task as `toTask` returns it
 */
export function problemOf(task: string): string | undefined {
  const length = [...task].length;
  if (length === 0) return "Enter what needs to be done.";
  if (length > longestTask) return `A todo can have up to ${longestTask} characters. This one has ${length}.`;
  if (task.includes("\0")) return "A todo can't contain the character NUL.";
  return undefined;
}

export function todosWere(count: number): string {
  return count === 1 ? "1 todo was" : `${count} todos were`;
}
