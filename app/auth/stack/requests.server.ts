import { AsyncLocalStorage } from "node:async_hooks";
import { BoundedQueue, QueueFull } from "#app/platform/bounded-queue.server.ts";
import type { StackProject } from "#app/platform/environment.server.ts";
import { Fault, type TryLater } from "#app/platform/fault.server.ts";

/** Stack did not answer in time, or answered with something that is no answer. */
export class StackFault extends Fault {
  override name = "StackFault";
  readonly tryLater: TryLater;
  /** The HTTP status of an answer that was none; undefined where there was no answer. */
  readonly status: number | undefined;
  constructor(
    message: string,
    { retryAfter = 5, status, ...options }: ErrorOptions & { retryAfter?: number; status?: number } = {},
  ) {
    super(message, options);
    const words = "The sign-in service cannot be reached just now. Try again in a moment.";
    this.tryLater = { status: 503, message: words, retryAfter };
    this.status = status;
  }
}

const secondFactorRequired = "MULTI_FACTOR_AUTHENTICATION_REQUIRED";

/**
 * Stack wants a second factor before it signs somebody in. The SDK would keep that to itself, lead to a page of its
 * own, and complain that it did not get there: it is thrown past it, in the shape of the SDK's own errors.
 */
class SecondFactorRequired extends Error {
  readonly errorCode = secondFactorRequired;
}

/**
 * Stack answers in some 0.1 to 0.3 s, so that this many at once are more than a hundred sign-ins a second; those that
 * wait are done in two seconds then. While it hangs, a person who comes later is told at once.
 */
const queue = new BoundedQueue({ atOnce: 50, waiting: 200 });

const attempts = new AsyncLocalStorage<{ origin: string; signal: AbortSignal }>();

/**
 * Runs what asks Stack, when its turn comes. Its requests go to STACK_API_URL and nowhere else, and end with it: nothing of an attempt
 * goes on after the answer that was given to the person.
 *
 * The SDK takes neither a `fetch` nor a signal. Left alone it never gives up on a Stack that hangs, and a sign-out
 * that hangs holds a lock which every later sign-in of the process waits for; it sleeps for as long as a
 * Retry-After says; it retries for up to 22 s; it asks four hosts, Stack's own and 1.1.1.1 among them, what is
 * wrong with the network; and it attaches the request, password included, to the error that it throws.
 * @throws {StackFault} and what the attempt throws
 */
export async function askingStack<T>(
  { apiUrl }: StackProject,
  limitMs: number,
  attempt: () => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StackFault(`Stack took longer than ${limitMs} ms`)), limitMs);
  });
  const { signal } = controller;
  try {
    const asking = () => attempts.run({ origin: new URL(apiUrl).origin, signal }, attempt);
    return await Promise.race([queue.hold(() => queue.inTurn(signal, asking)), limit]);
  } catch (error) {
    throw error instanceof QueueFull ? new StackFault("Too many wait for Stack", { cause: error }) : error;
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

/** @throws {StackFault} unless Stack did what was asked, or refused with a known error */
async function fetchFromStack(
  request: Request,
  { origin: stackOrigin, signal }: { origin: string; signal: AbortSignal },
): Promise<Response> {
  const { origin, pathname } = new URL(request.url);
  const what = `${request.method} ${pathname}`;
  if (origin !== stackOrigin) {
    throw new StackFault(`${what} was not sent to ${origin}, which is not STACK_API_URL`);
  }
  let response: Response;
  try {
    // A redirect would take the password along.
    response = await fetchAnything(request, { signal, redirect: "manual" });
  } catch (cause) {
    throw new StackFault(`${what} got no answer`, { cause });
  }
  const status = Number(response.headers.get("x-stack-actual-status") ?? response.status);
  const refusal = response.headers.get("x-stack-known-error");
  if (refusal === secondFactorRequired) throw new SecondFactorRequired();
  const isRefusal = status < 500 && status !== 429 && refusal !== null;
  if (isRefusal || (status >= 200 && status < 300)) return response;
  response.body?.cancel().catch(() => undefined);
  throw new StackFault(`${what} was answered with ${status}`, { status, ...retryAfterOf(response) });
}

/** In seconds: Stack sends no dates. */
function retryAfterOf(response: Response): { retryAfter?: number } {
  const value = response.headers.get("Retry-After") ?? "";
  return /^\d{1,5}$/.test(value) ? { retryAfter: Math.max(1, Number(value)) } : {};
}
