import { forEach, type Sent, send } from "./app.ts";
import { statusOf } from "./hostile-forms.ts";
import { flawsOf } from "./soundness.ts";

/** A hostile request other than a mutated form, and the statuses that it may get. */
export interface Case extends Sent {
  badness: string;
  expected: number | number[];
}

/** Sends requests. @returns a line for each answer that is not expected, or not sound */
export async function flawsInAnswers(cases: Case[]): Promise<string[]> {
  const flaws: string[] = [];
  await forEach(cases, async ({ badness, expected, ...sent }) => {
    const answer = await send(sent);
    const wanted = [expected].flat();
    const status = statusOf(answer);
    const found = flawsOf(answer);
    if (!wanted.includes(status)) found.push(`${status} instead of ${wanted.join(" or ")}`);
    const isRefusedMethod = status === 405 && !answer.headers.allow && sent.method !== "POST";
    if (isRefusedMethod) found.push("405 without Allow");
    if (found.length > 0) {
      flaws.push(`${sent.method ?? "GET"} ${sent.path.slice(0, 100)}, ${badness}: ${found.join(", ")}`);
    }
  });
  return flaws;
}
