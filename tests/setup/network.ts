import { getResponse, http, type RequestHandler } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach } from "vitest";

/** The handlers of the stand-ins that a test file's project has. */
export const standIns: RequestHandler[] = [];

/** Answers what this process asks by HTTP; what no stand-in knows is an error. */
export const network = setupServer(http.all("*", ({ request }) => getResponse(standIns, request)));
network.listen({ onUnhandledRequest: "error" });

afterEach(() => network.resetHandlers());
afterAll(() => network.close());
