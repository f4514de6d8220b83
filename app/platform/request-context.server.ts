import { AsyncLocalStorage } from "node:async_hooks";

export interface RequestContext {
  /** Names the request in the log and on error pages. */
  readonly reference: string;
  /** As the configured number of proxies tells it. */
  readonly clientAddress: string;
  /** The signed-in user, once known. */
  userId?: string;
}

const contexts = new AsyncLocalStorage<RequestContext>();

export function inRequest<Result>(context: RequestContext, work: () => Result): Result {
  return contexts.run(context, work);
}

/** @returns undefined in Vite's development server, and in work that no request waits for */
export function requestContext(): RequestContext | undefined {
  return contexts.getStore();
}
