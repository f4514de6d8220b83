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

/** By what the driver calls them. */
const isolationLevels = {
  ReadUncommitted: "read uncommitted",
  ReadCommitted: "read committed",
  RepeatableRead: "repeatable read",
  Serializable: "serializable",
};

const flag = z.enum(["true", "false"]).optional();
const batchHeaders = headers.extend({
  "neon-batch-isolation-level": z
    .enum(Object.keys(isolationLevels) as (keyof typeof isolationLevels)[])
    .optional(),
  "neon-batch-read-only": flag,
  "neon-batch-deferrable": flag,
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
  /** What begins the transaction of a batch. */
  begin?: string;
}

/** @throws {z.ZodError} for a request that Neon would misunderstand */
export async function readRequest(received: Request): Promise<SqlRequest> {
  const { headers, body } = request.parse({
    headers: Object.fromEntries(received.headers),
    body: await received.json(),
  });
  const connectionString = headers["neon-connection-string"];
  return "queries" in body
    ? { connectionString, statements: body.queries, begin: beginAskedBy(headers) }
    : { connectionString, statements: [body] };
}

function beginAskedBy(asked: Partial<z.infer<typeof batchHeaders>>): string {
  const level = asked["neon-batch-isolation-level"];
  const modes = [
    level && `isolation level ${isolationLevels[level]}`,
    asked["neon-batch-read-only"] === "true" && "read only",
    asked["neon-batch-deferrable"] === "true" && "deferrable",
  ];
  return `begin ${modes.filter(Boolean).join(", ")}`;
}
