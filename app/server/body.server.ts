import type { IncomingMessage } from "node:http";

/** Our forms are far smaller: a task has at most 500 characters. */
export const formLimitBytes = 64 * 1024;
/** A file of 1 MiB, and the form around it. */
export const importLimitBytes = 1024 * 1024 + 16 * 1024;
/** A user arrives with all of their metadata. */
export const webhookLimitBytes = 1024 * 1024;

/**
 * Beyond the limit the rest is received and discarded: if the connection were cut, a browser that is still sending
 * would show its own error instead of our answer.
 * @returns undefined as soon as the body is known to be too large
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    if (Number(request.headers["content-length"]) > limitBytes) resolve(undefined);
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limitBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve(undefined);
      }
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", reject);
  });
}
