import { getResponse, http, type RequestHandler } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach } from "vitest";

/** The handlers of the stand-ins in a test file's project. */
export const standIns: RequestHandler[] = [];

/** Answers this process's HTTP requests; one that no stand-in handles is an error. */
export const network = setupServer(http.all("*", ({ request }) => getResponse(standIns, request)));
network.listen({ onUnhandledRequest: "error" });

afterEach(() => network.resetHandlers());
afterAll(() => network.close());
