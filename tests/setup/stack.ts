import { AsyncLocalStorage } from "node:async_hooks";
import { getResponse, http } from "msw";
import { beforeEach, expect } from "vitest";
import { connectDatabase } from "#app/db/database.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import { createStackStandIn } from "#tests/mocks/stack/index.ts";
import { recordedSettings } from "#tests/mocks/stack/project-settings.ts";
import { network, standIns } from "./network.ts";

// The SDK keeps the user for 5 s after each sign-in. No test file has to wait until that timer is gone.
const startTimer = globalThis.setTimeout;
globalThis.setTimeout = Object.assign((work: () => void, ms?: number, ...rest: []) => {
  const timer = startTimer(work, ms, ...rest);
  return ms === 5_000 && new Error().stack?.includes("stack-shared") ? timer.unref() : timer;
}, startTimer);

const { STACK_DATABASE_URL = "" } = process.env;

/** The stand-in's database, for tests that look into it. */
export const stackDatabase = connectDatabase(STACK_DATABASE_URL);

const project = environment().stack;
const { handlers, settings, signAccessToken, mails } = await createStackStandIn({
  project,
  database: stackDatabase,
  onUserEvent: () => standIn.onUserEvent(),
});

// The stand-in plays another process, so the app's async context must not reach it.
const outside = AsyncLocalStorage.snapshot();

export const standIn = {
  handlers: [http.all("http://stack.test/*", ({ request }) => outside(() => getResponse(handlers, request)))],
  /** The project's, reset before each test. */
  settings,
  signAccessToken,
  mails,
  /** Called after user events, for tests that run a sync. */
  onUserEvent() {},
};
standIns.push(...standIn.handlers);

/** Answers for Stack in this process; `stack.use(…)` overrides it until the end of the test. */
export const stack = network;

/** The requests to Stack since the test began, such as `POST /api/v1/auth/password/sign-in`. */
export const stackRequests: string[] = [];
network.events.on("request:start", ({ request }) => {
  if (!request.url.startsWith(project.apiUrl)) return;
  stackRequests.push(`${request.method} ${new URL(request.url).pathname}`);
});

beforeEach(() => {
  Object.assign(settings, recordedSettings);
  stackRequests.length = 0;
});

expect.extend({
  /** A redirect with 303. */
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
