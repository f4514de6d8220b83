import { AsyncLocalStorage } from "node:async_hooks";
import { AuthFault, retryAfterOf } from "#app/auth/provider/errors.server.ts";
import { BoundedQueue, QueueFull } from "#app/platform/bounded-queue.server.ts";
import { environment, type StackProject } from "#app/platform/environment.server.ts";
import { log } from "#app/platform/log.server.ts";
import { metrics, secondsSince } from "#app/platform/metrics.server.ts";

/** Stack's known error for an email whose link leads to an untrusted domain. */
export const untrustedOrigin = "REDIRECT_URL_NOT_WHITELISTED";

const secondFactorRequired = "MULTI_FACTOR_AUTHENTICATION_REQUIRED";

/** Has the shape of the SDK's own errors. The SDK itself would try to redirect to a page of its own. */
class SecondFactorRequired extends Error {
  readonly errorCode = secondFactorRequired;
}

/**
 * Stack answers in some 0.1 to 0.3 s, so this allows more than a hundred sign-ins a second, and those that wait are
 * done within two seconds. While Stack hangs, later users are told at once.
 */
const queue = new BoundedQueue("stack", { atOnce: 50, waiting: 200 });

const attempts = new AsyncLocalStorage<{ origin: string; signal: AbortSignal }>();

/**
 * Runs an attempt when its turn comes. Its requests go to STACK_API_URL only, and end once the user has an answer.
 *
 * The SDK takes neither a `fetch` nor a signal. By default it never gives up on a Stack that hangs, and a sign-out
 * that hangs holds a lock that every later sign-in of the process waits for; it sleeps as long as a Retry-After says;
 * it retries for up to 22 s; it asks four hosts, Stack's own and 1.1.1.1 among them, what is wrong with the network;
 * and it attaches the request, password included, to the error that it throws.
 */
export async function askingStack<T>(
  { apiUrl }: StackProject,
  limitMs: number,
  attempt: () => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AuthFault(`Stack took longer than ${limitMs} ms`)), limitMs);
  });
  const { signal } = controller;
  try {
    const asking = () => attempts.run({ origin: new URL(apiUrl).origin, signal }, attempt);
    return await Promise.race([queue.hold(() => queue.inTurn(signal, asking)), limit]);
  } catch (error) {
    throw error instanceof QueueFull ? new AuthFault("Too many wait for Stack", { cause: error }) : error;
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

const fetchAnything = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const attempt = attempts.getStore();
  return attempt ? fetchFromStack(new Request(input, init), attempt) : fetchAnything(input, init);
};

async function fetchFromStack(
  request: Request,
  { origin: stackOrigin, signal }: { origin: string; signal: AbortSignal },
): Promise<Response> {
  const { origin, pathname } = new URL(request.url);
  const what = `${request.method} ${pathname}`;
  if (origin !== stackOrigin) {
    throw new AuthFault(`${what} was not sent to ${origin}, which is not STACK_API_URL`);
  }
  const startedAt = performance.now();
  const measure = (outcome: "answered" | "refused" | "failed") =>
    metrics.stackCalls.observe({ outcome }, secondsSince(startedAt));
  let response: Response;
  try {
    // A redirect would resend the password.
    response = await fetchAnything(request, { signal, redirect: "manual" });
  } catch (cause) {
    measure("failed");
    throw new AuthFault(`${what} got no answer`, { cause });
  }
  const status = Number(response.headers.get("x-stack-actual-status") ?? response.status);
  const refusal = response.headers.get("x-stack-known-error");
  if (refusal === untrustedOrigin) {
    log.error(
      `Stack mails no links to ${environment().appOrigin}: add it to the trusted domains on Stack's dashboard, with the handler path /`,
    );
  }
  const isRefusal = status < 500 && status !== 429 && refusal !== null;
  const isAnswer = isRefusal || (status >= 200 && status < 300);
  measure(isRefusal ? "refused" : isAnswer ? "answered" : "failed");
  if (refusal === secondFactorRequired) throw new SecondFactorRequired();
  if (isAnswer) return response;
  response.body?.cancel().catch(() => undefined);
  throw new AuthFault(`${what} was answered with ${status}`, { status, ...retryAfterOf(response) });
}
