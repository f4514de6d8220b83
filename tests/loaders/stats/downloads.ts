import { neonConfig } from "@neondatabase/serverless";
import { onTestFinished, vi } from "vitest";

/** Reads a file to its end, or up to a failure. */
export async function download(answer: Response): Promise<{ text: string; error?: unknown }> {
  const chunks: Uint8Array[] = [];
  let error: unknown;
  try {
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
  } catch (reason) {
    error = reason;
  }
  return { text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(chunks)), error };
}

/** Counts queries from now on. @returns the number so far */
export function roundTrips(): () => number {
  const spy = vi.spyOn(neonConfig, "fetchFunction", "get");
  onTestFinished(() => spy.mockRestore());
  return () => spy.mock.calls.length;
}

/** Does some work while the database is unreachable. */
export async function whileCutOff<Result>(work: () => Promise<Result>): Promise<Result> {
  const network = vi.spyOn(neonConfig, "fetchFunction", "get").mockReturnValue(async () => {
    throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  });
  return work().finally(() => network.mockRestore());
}

/** Hides the errors that a test causes from its output. */
export function silenceLog() {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => log.mockRestore());
  return log;
}
