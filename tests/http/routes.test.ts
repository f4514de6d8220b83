import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import routes from "#app/routes.ts";
import { type Instance, startInstance } from "#tests/setup/instance.ts";
import { expectSecurityHeaders } from "./security-headers.ts";

// How every route answers every method when the client is signed out.

/** As a newcomer starts it, without a secret for webhooks. */
let instance: Instance;
let origin: string;
beforeAll(async () => {
  instance = await startInstance();
  origin = instance.appUrl;
});
afterAll(() => instance[Symbol.asyncDispose]());

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] as const;

interface Expected {
  get: number;
  /** For a form without fields, sent from this site; 405 where the route takes no forms. */
  post: number;
  /** Where it differs from GET. */
  head?: number;
}

const page = { get: 200, post: 405 };
const form = { get: 200, post: 400 };
const forUsers = { get: 303, post: 405 };

/** By path, with GitHub as the provider. */
const expected: Record<string, Expected> = {
  "/": page,
  "/?index": { get: 200, post: 303 },
  "/sign-up": form,
  "/sign-in": form,
  "/forgot-password": form,
  "/reset-password": form,
  "/magic-link": form,
  // Without a code it sends the mail again, for signed-in users.
  "/verify-email": { get: 200, post: 303 },
  "/sign-out": { get: 303, post: 303 },
  "/auth/github": forUsers,
  // A HEAD must not use up a code, so the route itself refuses it.
  "/auth/github/callback": { ...forUsers, head: 405 },
  "/account": { get: 303, post: 303 },
  "/export.json": forUsers,
  "/export.csv": forUsers,
  "/import": { get: 303, post: 303 },
  "/people": forUsers,
  "/theme": { get: 303, post: 400 },
  // Without a secret there is no such route.
  "/webhooks/stack": { get: 404, post: 404 },
  // Without a token there is no such route.
  "/metrics": { get: 404, post: 404 },
  "/events": { get: 204, post: 405 },
  "/stats": forUsers,
  "/stats.csv": forUsers,
  "/livez": page,
  "/readyz": page,
  "/nowhere": { get: 404, post: 404 },
  "/nowhere.js": { get: 404, post: 404 },
  "/favicon.ico": { get: 404, post: 404 },
  "/assets/nowhere.css": { get: 404, post: 404 },
  "/favicon.svg": page,
};

interface Answer {
  status: number;
  headers: Headers;
  body: string;
}

/** fetch cannot send TRACE. */
function ask(method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(origin + path, { method, headers }, async (answer) => {
      let body = "";
      for await (const chunk of answer) body += chunk;
      resolve({ status: answer.statusCode ?? 0, headers: new Headers(answer.headers as never), body });
    });
    sent.on("error", reject).end();
  });
}

test("every route is in this table", () => {
  const paths = routes.map(({ path = "" }) => `/${path.replace(":provider", "github")}`);
  expect(Object.keys(expected)).toEqual(expect.arrayContaining(paths));
});

for (const [path, { get, post, head = get }] of Object.entries(expected)) {
  const isRoute = get !== 404;
  const allowed = ["GET", "HEAD", ...(post === 405 ? [] : ["POST"])];
  const isCached = path === "/favicon.svg";

  test(`${path} takes ${isRoute ? allowed.join(", ") : "nothing"}, and every answer has its headers`, async () => {
    for (const method of methods) {
      const formHeaders = { Origin: origin, "Content-Type": "application/x-www-form-urlencoded" };
      const answer = await ask(method, path, method === "POST" ? formHeaders : {});
      const byMethod: Record<string, number> = { GET: get, HEAD: head, POST: post };
      const status = byMethod[method] ?? (isRoute ? 405 : 404);
      const about = `${method} ${path}`;
      expect(answer.status, about).toBe(status);
      expect(answer.headers.get("Allow"), about).toBe(
        status !== 405 ? null : method === "HEAD" ? "GET" : allowed.join(", "),
      );
      expect(answer.headers.get("Cache-Control"), about).toBe(
        isCached && status === 200 ? "public, max-age=3600" : "no-store",
      );
      expect(answer.headers.get("Vary"), about).toMatch(
        isCached && status === 200 ? /Accept-Encoding/ : /Cookie/,
      );
      expectSecurityHeaders(answer.headers, about);
    }
    const elsewhere = await ask("POST", path);
    expect(elsewhere.status).toBe(path === "/webhooks/stack" ? 404 : 403);
    expectSecurityHeaders(elsewhere.headers, `POST ${path} from nowhere`);
  });

  if (head !== get) continue;
  test(`HEAD ${path} is answered as GET is, without the body`, async () => {
    for (const headers of [{}, { Accept: "text/html" }]) {
      const [asGet, asHead] = await Promise.all([ask("GET", path, headers), ask("HEAD", path, headers)]);
      expect([asHead.status, asHead.body]).toEqual([asGet.status, ""]);
      expect(comparable(asHead)).toEqual(comparable(asGet));
    }
  });
}

/** Without what is new in each answer, or describes how a body was sent. */
function comparable({ headers }: Answer): Record<string, string> {
  const { date, "x-request-id": _, "transfer-encoding": __, ...rest } = Object.fromEntries(headers);
  const withoutNonces = ([name, value]: [string, string]) => [
    name,
    value.replace(/(nonce-|todos-oauth-|=)[^;']*/g, "$1…"),
  ];
  return Object.fromEntries(Object.entries(rest).map(withoutNonces as never));
}
