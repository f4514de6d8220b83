import type { z } from "zod";
import { environment } from "#app/platform/environment.server.ts";
import { StackRefusal, type Tokens } from "./app.server.ts";

interface StackRequest {
  /** POST with a body, else GET, unless told. */
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** Sent as JSON. */
  body?: object;
  /** Of the user who asks, if it is one; he may be restricted. */
  tokens?: Tokens;
}

/**
 * One request as a browser may make it, without the SDK, which takes any answer with a good status for a good one,
 * and often asks for more than is needed. Belongs within `withinLimit`.
 * @param schema what a good answer looks like
 * @param path below `/api/v1`
 * @throws {StackRefusal}, and what `withinLimit` makes a StackFault of
 */
export async function askStack<T>(
  schema: z.ZodType<T>,
  path: string,
  { body, method = body ? "POST" : "GET", tokens }: StackRequest = {},
): Promise<T> {
  const { apiUrl, projectId, publishableClientKey } = environment().stack;
  const response = await fetch(`${apiUrl}/api/v1${path}`, {
    method,
    headers: {
      "x-stack-access-type": "client",
      "x-stack-project-id": projectId,
      "x-stack-publishable-client-key": publishableClientKey,
      ...(tokens && {
        "x-stack-access-token": tokens.accessToken,
        "x-stack-refresh-token": tokens.refreshToken,
        "x-stack-allow-restricted-user": "true",
      }),
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const refusal = response.headers.get("x-stack-known-error");
  if (refusal) throw new StackRefusal(refusal);
  return schema.parse(await response.json());
}
