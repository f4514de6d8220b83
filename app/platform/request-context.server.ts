import { AsyncLocalStorage } from "node:async_hooks";

/** What is known of the request that is being answered, wherever in the code that is. */
export interface RequestContext {
  /** Names the request, in the log and to the person who asks about it. */
  readonly reference: string;
  /** Where it came from, as far as the configured number of proxies can be believed. */
  readonly clientAddress: string;
  /** Who is signed in, as soon as that is known. */
  userId?: string;
}

const contexts = new AsyncLocalStorage<RequestContext>();

/** Does some work for a request, within which `requestContext` tells of it. */
export function inRequest<Result>(context: RequestContext, work: () => Result): Result {
  return contexts.run(context, work);
}

/** The request that is being answered; undefined in Vite's development server, and in work that no request waits for. */
export function requestContext(): RequestContext | undefined {
  return contexts.getStore();
}
