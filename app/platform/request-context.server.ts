import { AsyncLocalStorage } from "node:async_hooks";

/** What is known about the request that is being answered. */
export interface RequestContext {
  /** Names the request, in the log and on the page that users quote it from. */
  readonly reference: string;
  /** As the configured number of proxies tells it. */
  readonly clientAddress: string;
  /** The signed-in user, once known. */
  userId?: string;
}

const contexts = new AsyncLocalStorage<RequestContext>();

/** Runs work within which `requestContext` returns this context. */
export function inRequest<Result>(context: RequestContext, work: () => Result): Result {
  return contexts.run(context, work);
}

/** @returns undefined in Vite's development server, and in work that no request waits for */
export function requestContext(): RequestContext | undefined {
  return contexts.getStore();
}
