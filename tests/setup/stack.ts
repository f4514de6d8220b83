import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeEach, expect } from "vitest";
import { connectDatabase } from "#app/db/database.server.ts";
import { environment } from "#app/environment.server.ts";
import { createStackStandIn } from "#tests/mocks/stack/index.ts";

const { STACK_DATABASE_URL = "" } = process.env;

/** The stand-in's own database, for tests that look into it. */
export const stackDatabase = connectDatabase(STACK_DATABASE_URL);

export const standIn = await createStackStandIn({ project: environment().stack, database: stackDatabase });

/** Answers for Stack in this process; `stack.use(…)` lets it fail until the end of the test. */
export const stack = setupServer(...standIn.handlers);
stack.listen({ onUnhandledRequest: "error" });

/** The requests that reached Stack since the test began, as `POST /api/v1/auth/password/sign-in`. */
export const stackRequests: string[] = [];
stack.events.on("request:start", ({ request }) => {
  stackRequests.push(`${request.method} ${new URL(request.url).pathname}`);
});

beforeEach(() => {
  stackRequests.length = 0;
});
afterEach(() => stack.resetHandlers());
afterAll(() => stack.close());

expect.extend({
  /** An answer that sends the browser on with a GET (303). */
  toRedirectTo(answer: unknown, location: string) {
    const actual =
      answer instanceof Response ? `${answer.status} ${answer.headers.get("Location")}` : String(answer);
    return { pass: actual === `303 ${location}`, message: () => `expected 303 ${location}, got ${actual}` };
  },
});

declare module "vitest" {
  interface Matchers {
    toRedirectTo(location: string): void;
  }
}
