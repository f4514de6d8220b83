import type { IncomingMessage } from "node:http";

/** Every form of ours is far smaller: a task has 500 characters. */
const bodyLimitBytes = 64 * 1024;

/**
 * Reads a request's body while it arrives. What exceeds the limit is thrown away as it comes in: a browser
 * whose connection is cut while it still sends would show an error of its own instead of our answer.
 * @returns undefined as soon as it is known to be larger than the limit
 */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    if (Number(request.headers["content-length"]) > bodyLimitBytes) resolve(undefined);
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyLimitBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve(undefined);
      }
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", reject);
  });
}
