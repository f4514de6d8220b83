import type { IncomingMessage } from "node:http";
import type { ReadableStream } from "node:stream/web";

/** Every form of ours is far smaller: a task has 500 characters. */
export const formLimitBytes = 64 * 1024;
/** A user comes with all of his metadata. */
export const webhookLimitBytes = 1024 * 1024;

/**
 * Reads a request's body while it arrives. What exceeds the limit is thrown away as it comes in: a browser
 * whose connection is cut while it still sends would show an error of its own instead of our answer.
 * @returns undefined as soon as it is known to be larger than the limit
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

/**
 * Reads a request's body as text where no server of ours stands in front, as in development.
 * @returns undefined when it is larger than the limit; the rest is not read
 */
export async function readText(request: Request, limitBytes: number): Promise<string | undefined> {
  if (Number(request.headers.get("Content-Length")) > limitBytes) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.body as ReadableStream<Uint8Array> | null) ?? []) {
    size += chunk.length;
    if (size > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
