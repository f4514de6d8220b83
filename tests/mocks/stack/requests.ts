import { type DefaultBodyType, http, type RequestHandler } from "msw";
import type { z } from "zod";
import type { StackProject } from "#app/platform/environment.server.ts";
import {
  accessTypeRequired,
  accessTypeWithoutProjectId,
  adminAuthenticationRequired,
  anonymousAuthenticationNotAllowed,
  currentProjectNotFound,
  insufficientAccessType,
  invalidAccessType,
  invalidProjectForAccessToken,
  invalidPublishableClientKey,
  invalidSecretServerKey,
  projectKeyWithoutAccessType,
  restrictedUserNotAllowed,
  serverAuthenticationRequired,
} from "./access-errors.ts";
import { finished, refusal } from "./answers.ts";
import type { Backend } from "./backend.ts";
import { bodyParsingError } from "./known-errors.ts";
import type { ServerUser } from "./server-user.ts";
import { userById } from "./users.ts";
import { parsePart } from "./validation.ts";

const accessTypes = ["client", "server", "admin"] as const;
type AccessType = (typeof accessTypes)[number];

export const clientOrHigher: readonly AccessType[] = accessTypes;
export const serverOrHigher: readonly AccessType[] = ["server", "admin"];

/** Who sent a request, by its keys and tokens. */
export interface Caller {
  accessType: AccessType;
  /** Absent without an access token, and for a deleted user. */
  user?: ServerUser | undefined;
  /** The access token's session, which may have ended. */
  sessionId?: string | undefined;
}

/** A request with valid keys and tokens. */
export interface Call {
  request: Request;
  /** @throws {KnownError} SCHEMA_ERROR */
  body<T>(schema: z.ZodType<T>): T;
  /** @throws {KnownError} SCHEMA_ERROR */
  query<T>(schema: z.ZodType<T>): T;
  /** @throws {KnownError} SCHEMA_ERROR */
  params<T>(schema: z.ZodType<T>): T;
}

type Method = "get" | "post" | "patch" | "delete";

/** An endpoint for callers with the project's keys. */
export function endpoint(
  backend: Backend,
  method: Method,
  path: string,
  allowed: readonly AccessType[],
  answer: (call: Call & { caller: Caller }) => Promise<Response> | Response,
): RequestHandler {
  return openEndpoint(backend, method, path, ({ caller, ...call }) => {
    if (!caller) throw accessTypeRequired();
    if (!allowed.includes(caller.accessType)) throw insufficientAccessType(caller.accessType, allowed);
    return answer({ ...call, caller });
  });
}

/** A public endpoint; keys that are sent must still be valid. */
export function openEndpoint(
  backend: Backend,
  method: Method,
  path: string,
  answer: (call: Call & { caller: Caller | undefined }) => Promise<Response> | Response,
): RequestHandler {
  return http[method]<Record<string, string>, DefaultBodyType>(
    `${backend.project.apiUrl}/api/v1${path}`,
    async ({ request, params }) => {
      try {
        const body = await readBody(request);
        const caller = await readCaller(backend, request.headers);
        const query = Object.fromEntries(new URL(request.url).searchParams);
        const call: Call = {
          request,
          body: (schema) => parsePart(request, "body", body, schema),
          query: (schema) => parsePart(request, "query", query, schema),
          params: (schema) => parsePart(request, "params", params, schema),
        };
        return finished(request, await answer({ ...call, caller }));
      } catch (error) {
        return finished(request, refusal(error));
      }
    },
  );
}

async function readBody(request: Request): Promise<unknown> {
  const contentType = request.method === "GET" ? "" : request.headers.get("content-type")?.split(";")[0];
  switch (contentType) {
    case undefined:
    case "":
      return undefined;
    case "application/json":
      return request.json().catch(() => {
        throw bodyParsingError("Invalid JSON in request body");
      });
    case "application/x-www-form-urlencoded":
      return Object.fromEntries(new URLSearchParams(await request.text()));
    case "text/plain":
      return request.text();
    default:
      throw bodyParsingError(`Unknown content type in request body: ${contentType}`);
  }
}

/** Checks in the order of the real API: a bad token, then an unknown project, then a bad key. */
async function readCaller(backend: Backend, headers: Headers): Promise<Caller | undefined> {
  const accessType = headers.get("x-stack-access-type");
  const projectId = headers.get("x-stack-project-id");
  const clientKey = headers.get("x-stack-publishable-client-key");
  const serverKey = headers.get("x-stack-secret-server-key");
  if (!accessType) {
    if (clientKey || serverKey) throw projectKeyWithoutAccessType();
    return undefined;
  }
  if (!isAccessType(accessType)) throw invalidAccessType(accessType);
  if (!projectId) throw accessTypeWithoutProjectId(accessType);

  const token = await readAccessToken(backend, headers, projectId);
  if (projectId !== backend.project.projectId) throw currentProjectNotFound(projectId);
  checkKeys(backend.project, accessType, clientKey, serverKey);

  if (!token) return { accessType };
  const [found] = await backend.database.query(userById(token.sub, backend.settings));
  return { accessType, user: found?.user, sessionId: token.refresh_token_id };
}

async function readAccessToken(backend: Backend, headers: Headers, projectId: string) {
  const accessToken = headers.get("x-stack-access-token");
  if (!accessToken) return undefined;
  const token = await backend.accessTokens.verify(accessToken);
  if (token.project_id !== projectId) throw invalidProjectForAccessToken(projectId, token.project_id);

  const allowAnonymous = headers.get("x-stack-allow-anonymous-user") === "true";
  const allowRestricted = allowAnonymous || headers.get("x-stack-allow-restricted-user") === "true";
  if (token.is_anonymous && !allowAnonymous) throw anonymousAuthenticationNotAllowed();
  if (token.restricted_reason && !allowRestricted) throw restrictedUserNotAllowed(token.restricted_reason);
  return token;
}

function checkKeys(
  project: StackProject,
  accessType: AccessType,
  clientKey: string | null,
  serverKey: string | null,
): void {
  switch (accessType) {
    case "client":
      if (clientKey && !isClientKey(project, clientKey)) throw invalidPublishableClientKey(project.projectId);
      return;
    case "server":
      if (!serverKey) throw serverAuthenticationRequired();
      if (serverKey !== project.secretServerKey) throw invalidSecretServerKey(project.projectId);
      return;
    case "admin":
      throw adminAuthenticationRequired();
  }
}

/** The SDK sends the second one when it has no key; the recorded project requires none. */
export function isClientKey(project: StackProject, key: string): boolean {
  return key === project.publishableClientKey || key === "__stack_public_client__";
}

function isAccessType(value: string): value is AccessType {
  return accessTypes.some((accessType) => accessType === value);
}

/** The address that a browser's request was forwarded for; Stack ignores it for others. */
export function browserIp(headers: Headers): string | undefined {
  if (!/Mozilla|Chrome|Safari/.test(headers.get("user-agent") ?? "")) return undefined;
  return headers.get("x-real-ip") ?? headers.get("x-forwarded-for")?.split(",")[0];
}
