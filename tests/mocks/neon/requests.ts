import { z } from "zod";
import { neon } from "./address.ts";

const statement = z.strictObject({ query: z.string(), params: z.array(z.string().nullable()) });
export type Statement = z.infer<typeof statement>;

const headers = z.object({
  "neon-connection-string": z
    .url({ protocol: /^postgresql$/ })
    .refine((url) => new URL(url).host === neon.host),
  "neon-raw-text-output": z.literal("true"),
  "neon-array-mode": z.literal("true"),
});

/** Every batch of the app is a snapshot. */
const batchHeaders = headers.extend({
  "neon-batch-isolation-level": z.literal("RepeatableRead"),
  "neon-batch-read-only": z.literal("true"),
  "neon-batch-deferrable": z.literal("false").optional(),
});

const request = z.union([
  z.object({ headers: batchHeaders, body: z.strictObject({ queries: z.array(statement) }) }),
  z.object({ headers, body: statement }),
]);

/** A `POST /sql`. */
export interface SqlRequest {
  connectionString: string;
  /** One, or those of a batch. */
  statements: Statement[];
  isBatch: boolean;
}

/** @throws {z.ZodError} for a request that Neon would misunderstand, or that the app never means to send */
export async function readRequest(received: Request): Promise<SqlRequest> {
  const { headers, body } = request.parse({
    headers: Object.fromEntries(received.headers),
    body: await received.json(),
  });
  const connectionString = headers["neon-connection-string"];
  return "queries" in body
    ? { connectionString, statements: body.queries, isBatch: true }
    : { connectionString, statements: [body], isBatch: false };
}
