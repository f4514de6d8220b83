import { z } from "zod";
import {
  AuthFault,
  AuthRefusal,
  asOutcome,
  type RefusalCode,
  retryAfterOf,
} from "#app/auth/provider/errors.server.ts";
import { BoundedQueue, QueueFull } from "#app/platform/bounded-queue.server.ts";
import { environment } from "#app/platform/environment.server.ts";

interface NeonRequest {
  body?: object;
  /** The cookie of a session, as `name=value`. */
  session?: string;
}

interface NeonAnswer<T> {
  content: T;
  /** The cookie of the session that the answer starts. */
  session: string | undefined;
}

const readingLimitMs = 5_000;
const changingLimitMs = 10_000;

/** Later users are told at once while Neon Auth hangs. */
const queue = new BoundedQueue("neon auth", { atOnce: 50, waiting: 200 });

/**
 * A request that changes nothing.
 * @param path below NEON_AUTH_BASE_URL
 * @throws {AuthRefusal | AuthFault}
 */
export async function readNeon<T>(
  schema: z.ZodType<T>,
  path: string,
  request: NeonRequest = {},
  limitMs = readingLimitMs,
): Promise<T> {
  return (await withinLimit(limitMs, (signal) => ask(schema, path, request, "GET", signal))).content;
}

/** A request that changes something. @throws {AuthRefusal | AuthFault | UnknownOutcome} */
export async function changeAtNeon<T>(
  schema: z.ZodType<T>,
  path: string,
  { body = {}, ...request }: NeonRequest = {},
  limitMs = changingLimitMs,
): Promise<NeonAnswer<T>> {
  try {
    return await withinLimit(limitMs, (signal) => ask(schema, path, { body, ...request }, "POST", signal));
  } catch (error) {
    throw asOutcome(error);
  }
}

export const done = z.union([z.object({ status: z.literal(true) }), z.object({ success: z.literal(true) })]);

async function withinLimit<T>(limitMs: number, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(limitMs);
  try {
    return await queue.hold(() => queue.inTurn(signal, () => attempt(signal)));
  } catch (error) {
    if (error instanceof AuthRefusal) throw error;
    if (signal.aborted) throw new AuthFault(`Neon Auth took longer than ${limitMs} ms`);
    if (error instanceof AuthFault) throw error;
    if (error instanceof QueueFull) throw new AuthFault("Too many wait for Neon Auth", { cause: error });
    throw new AuthFault("Neon Auth's answer makes no sense", { cause: error });
  }
}

async function ask<T>(
  schema: z.ZodType<T>,
  path: string,
  { body, session }: NeonRequest,
  method: "GET" | "POST",
  signal: AbortSignal,
): Promise<NeonAnswer<T>> {
  const { neonAuthUrl, appOrigin } = environment();
  const what = `${method} ${path.split("?")[0]}`;
  const headers = {
    // Better Auth takes a session's cookie from a trusted origin only.
    origin: appOrigin,
    ...(session && { cookie: session }),
    ...(body && { "content-type": "application/json" }),
  };
  let response: Response;
  try {
    // A redirect would resend the password.
    response = await fetch(neonAuthUrl + path, {
      method,
      headers,
      signal,
      redirect: "manual",
      ...(body && { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new AuthFault(`${what} got no answer`, { cause });
  }
  const { ok, status } = response;
  const content: unknown = await response.json().catch(() => undefined);
  signal.throwIfAborted();
  if (ok) return { content: schema.parse(content), session: sessionIn(response) };
  const refusal =
    refusalSchema.safeParse(content).data?.code ??
    // Older versions of Better Auth name no code for a session that has ended.
    (status === 401 && content !== undefined ? "UNAUTHORIZED" : undefined);
  if (refusal && status >= 400 && status < 500 && status !== 429)
    throw new AuthRefusal(ourNames[refusal] ?? refusal);
  throw new AuthFault(`${what} was answered with ${status}`, { status, ...retryAfterOf(response) });
}

const refusalSchema = z.object({ code: z.string() });

/** By Better Auth's names. */
const ourNames: Partial<Record<string, RefusalCode>> = {
  BANNED_USER: "HELD_BACK",
  CREDENTIAL_ACCOUNT_NOT_FOUND: "USER_DOES_NOT_HAVE_PASSWORD",
  EMAIL_PASSWORD_DISABLED: "PASSWORD_AUTHENTICATION_NOT_ENABLED",
  EMAIL_PASSWORD_SIGN_UP_DISABLED: "SIGN_UP_NOT_ENABLED",
  INVALID_CALLBACK_URL: "REDIRECT_URL_NOT_WHITELISTED",
  INVALID_EMAIL_OR_PASSWORD: "EMAIL_PASSWORD_MISMATCH",
  INVALID_ORIGIN: "REDIRECT_URL_NOT_WHITELISTED",
  INVALID_PASSWORD: "PASSWORD_CONFIRMATION_MISMATCH",
  INVALID_REDIRECT_URL: "REDIRECT_URL_NOT_WHITELISTED",
  INVALID_TOKEN: "VERIFICATION_CODE_NOT_FOUND",
  SESSION_EXPIRED: "SIGN_IN_TOO_OLD",
  UNAUTHORIZED: "CANNOT_GET_OWN_USER_WITHOUT_USER",
  USER_ALREADY_EXISTS: "USER_EMAIL_ALREADY_EXISTS",
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: "USER_EMAIL_ALREADY_EXISTS",
};

/** Neon's pages spell the cookie's name in several ways; all end like Better Auth's. */
function sessionIn(response: Response): string | undefined {
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0] ?? "");
  return cookies.find((cookie) => /^[\w.-]*session_token=./.test(cookie));
}
