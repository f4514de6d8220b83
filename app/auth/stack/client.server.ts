import { z } from "zod";
import type { Tokens } from "#app/auth/provider/auth-provider.ts";
import { AuthFault, AuthRefusal, asOutcome } from "#app/auth/provider/errors.server.ts";
import { environment, type StackProject } from "#app/platform/environment.server.ts";
import { askingStack } from "./requests.server.ts";

// Without the SDK, which accepts any body with a good status, often asks for more than is needed, and takes longer to
// load than the answers take.

interface StackRequest {
  /** By default POST with a body, else GET. */
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  body?: object;
}

/** @throws {AuthRefusal | AuthFault} and nothing else */
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

/** For each request of a form. Stack takes 0.1 to 0.3 s, but its first answers take up to 12 on a slow machine. */
const readingLimitMs = 5_000;
const changingLimitMs = 10_000;

/** One request of a form that changes nothing. @throws {AuthRefusal | AuthFault} */
export function reading<T>(attempt: () => Promise<T>): Promise<T> {
  return withinLimit(readingLimitMs, attempt);
}

/** One request of a form that changes something. @throws {AuthRefusal | AuthFault | UnknownOutcome} */
export async function changing<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await withinLimit(changingLimitMs, attempt);
  } catch (error) {
    throw asOutcome(error);
  }
}

/**
 * One request as a browser may make it. Call it within `reading`, `changing` or `withinLimit`.
 * @param path below `/api/v1`
 * @param tokens of the user, who may be restricted; for a refresh, without an access token
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

/** One request as only a server may make it. Users never see its refusals. @throws {AuthFault} */
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

/** Refusing our own key is a refusal too, and users can do nothing about it. */
export function refusalAsFault(error: unknown): never {
  throw error instanceof AuthRefusal ? new RefusedFault(error.code) : error;
}

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

export const success = z.object({ success: z.literal(true) });

/** @param settings the schemas of the wanted ones */
export async function projectSettings<Settings extends z.ZodRawShape>(settings: Settings) {
  const schema = z.object({ config: z.object(settings) });
  return (await askStack(schema, "/projects/current")).config;
}
