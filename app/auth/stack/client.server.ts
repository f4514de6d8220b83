import { z } from "zod";
import type { Tokens } from "#app/auth/provider/auth-provider.ts";
import { AuthFault, AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { environment, type StackProject } from "#app/platform/environment.server.ts";
import { askingStack } from "./requests.server.ts";

// Our own requests, without the SDK: it takes any answer with a good status for a good one, often asks for more than
// is needed, and takes longer to load than the answers take.

interface StackRequest {
  /** By default POST with a body, else GET. */
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** Sent as JSON. */
  body?: object;
}

/**
 * Runs what asks Stack, within a limit.
 * @throws {AuthRefusal | AuthFault} and nothing else
 */
export async function withinLimit<T>(
  limitMs: number,
  attempt: () => Promise<T>,
  project: StackProject = environment().stack,
): Promise<T> {
  try {
    return await askingStack(project, limitMs, attempt);
  } catch (error) {
    if (error instanceof AuthFault || error instanceof AuthRefusal) throw error;
    // The SDK's own errors.
    const code = (error as { errorCode?: unknown }).errorCode;
    if (typeof code === "string") throw new AuthRefusal(code);
    throw new AuthFault("Stack's answer makes no sense", { cause: error });
  }
}

/**
 * One request as a browser may make it. Belongs within `withinLimit`.
 * @param schema what a good answer looks like
 * @param path below `/api/v1`
 * @param tokens of the user who asks, who may be restricted; to refresh, without an access token
 */
export function askStack<T>(
  schema: z.ZodType<T>,
  path: string,
  { tokens, ...request }: StackRequest & { tokens?: Partial<Tokens> } = {},
): Promise<T> {
  const project = environment().stack;
  return ask(project, schema, path, request, {
    "x-stack-access-type": "client",
    "x-stack-publishable-client-key": project.publishableClientKey,
    ...(tokens?.accessToken && {
      "x-stack-access-token": tokens.accessToken,
      "x-stack-allow-restricted-user": "true",
    }),
    ...(tokens?.refreshToken && { "x-stack-refresh-token": tokens.refreshToken }),
  });
}

/**
 * One request as only a server may make it. No user is told of a refusal: it is a fault.
 * @throws {AuthFault}
 */
export function askStackAsServer<T>(
  project: StackProject,
  limitMs: number,
  schema: z.ZodType<T>,
  path: string,
  request: StackRequest = {},
): Promise<T> {
  const headers = {
    "x-stack-access-type": "server",
    "x-stack-secret-server-key": project.secretServerKey,
  };
  const asking = () => ask(project, schema, path, request, headers);
  return withinLimit(limitMs, asking, project).catch(refusalAsFault);
}

class RefusedFault extends AuthFault {
  constructor(readonly code: string) {
    super(`Stack refused with ${code}`);
  }
}

/** A wrong key of ours is a refusal too, and nothing that a user could do about. */
export function refusalAsFault(error: unknown): never {
  throw error instanceof AuthRefusal ? new RefusedFault(error.code) : error;
}

/** For a refusal that is an expected answer. @param code of that one */
export function undefinedIfRefused(code: string) {
  return (error: unknown): undefined => {
    if (!(error instanceof RefusedFault) || error.code !== code) throw error;
  };
}

async function ask<T>(
  { apiUrl, projectId }: StackProject,
  schema: z.ZodType<T>,
  path: string,
  { body, method = body ? "POST" : "GET" }: StackRequest,
  headers: Record<string, string>,
): Promise<T> {
  const response = await fetch(`${apiUrl}/api/v1${path}`, {
    method,
    headers: {
      "x-stack-project-id": projectId,
      ...headers,
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const refusal = response.headers.get("x-stack-known-error");
  if (refusal) throw new AuthRefusal(refusal);
  return schema.parse(await response.json());
}

/** What many endpoints answer. */
export const success = z.object({ success: z.literal(true) });

/** What the project's owner has switched on. @param settings the schemas of those that are asked for */
export async function projectSettings<Settings extends z.ZodRawShape>(settings: Settings) {
  const schema = z.object({ config: z.object(settings) });
  return (await askStack(schema, "/projects/current")).config;
}
