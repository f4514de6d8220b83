/** How long a task may be, in code points, as Postgres counts them. */
const longestTask = 500;

/** What somebody typed as a task is stored: without the white space around it, of whatever script. */
export function toTask(text: string): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}

/**
 * What is wrong with a task, in a sentence for the one who typed it.
 * @param task as `toTask` returns it
 */
export function problemOf(task: string): string | undefined {
  const length = [...task].length;
  if (length === 0) return "Write down what there is to do.";
  if (length > longestTask) return `A todo has at most ${longestTask} characters; this one has ${length}.`;
  if (task.includes("\0")) return "A todo cannot hold the character NUL.";
  return undefined;
}
