import { expect, test, vi } from "vitest";
import * as accountRoute from "#app/routes/account/route.tsx";
import * as signInRoute from "#app/routes/auth/password/sign-in.tsx";
import * as signUpRoute from "#app/routes/auth/password/sign-up.tsx";
import * as signOutRoute from "#app/routes/auth/sign-out.ts";
import { Browser } from "#tests/loaders/browser.ts";
import { startNeonAuth } from "./neon-auth.ts";

const neon = await startNeonAuth();
const password = "correct horse";
const output = (["error", "warn", "log"] as const).map((name) => vi.spyOn(console, name).mockReturnValue());

const typedByNewUser = () => ({ email: `${crypto.randomUUID()}@example.com`, password, name: "Bob" });

async function newUser(): Promise<Browser> {
  const browser = new Browser();
  expect(await browser.post(signUpRoute.action, "/sign-up", typedByNewUser())).toRedirectTo("/");
  await browser.todosPage();
  return browser;
}

const page = "<!doctype html><h1>Bad gateway</h1>";
const html = { headers: { "content-type": "text/html" } };

test.each<[string, () => Response | Promise<Response>, string]>([
  ["hangs", () => new Promise(() => {}), "5"],
  ["answers 500", () => new Response("Internal server error", { status: 500 }), "5"],
  ["answers 500 in JSON", () => Response.json({ code: "FAILED_TO_GET_SESSION" }, { status: 500 }), "5"],
  [
    "answers 429",
    () => Response.json({ code: "X" }, { status: 429, headers: { "retry-after": "3600" } }),
    "3600",
  ],
  ["answers with an HTML page and 200", () => new Response(page, html), "5"],
  ["answers with an HTML page and 403", () => new Response(page, { ...html, status: 403 }), "5"],
  ["answers with an HTML page and 502", () => new Response(page, { ...html, status: 502 }), "5"],
  ["stops in the middle of an answer", () => new Response('{"token": "ey'), "5"],
  [
    "redirects every request",
    () => new Response(null, { status: 307, headers: { location: "/elsewhere" } }),
    "5",
  ],
])("while Neon Auth %s, page views work, no user is signed out, and forms say so", async (_, failure, retryAfter) => {
  const viewer = await newUser();
  const leaver = await newUser();
  const { cookie } = viewer;
  neon.answerWith(failure);
  neon.requests.length = 0;
  expect(await viewer.todosPage()).toMatchObject({ status: 200, data: { view: "list" } });
  expect([neon.requests, viewer.cookie]).toEqual([[], cookie]);

  const typed = typedByNewUser();
  const [signIn, signUp, rename, signOut] = await Promise.all([
    new Browser().post(signInRoute.action, "/sign-in", typed),
    new Browser().post(signUpRoute.action, "/sign-up", typed),
    viewer.post(accountRoute.action, "/account", { intent: "name", name: "Robert" }),
    leaver.post(signOutRoute.action, "/sign-out", {}),
  ]);
  for (const answer of [signIn, signUp, rename]) {
    expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, retryAfter]);
  }
  expect((await signIn.json()).typed).toMatchObject({ email: typed.email });
  expect((await signUp.json()).typed).toMatchObject({ email: typed.email, name: typed.name });
  expect(signOut).toRedirectTo("/");
  expect([leaver.cookie, viewer.cookie]).toEqual(["", cookie]);

  const lines = output.flatMap((spy) => spy.mock.calls.map((call) => call.map(String).join(" "))).join("\n");
  for (const secret of [typed.email, password, "eyJh", "session_token"]) expect(lines).not.toContain(secret);
});

test("a sign-up whose answer is lost signs in", async () => {
  neon.answerWith(async (request) => {
    const isSignUp = request.url.endsWith("/sign-up/email");
    const answer = await neon.answer(request);
    return isSignUp ? new Response(page, { ...html, status: 502 }) : answer;
  });
  const browser = new Browser();
  expect(await browser.post(signUpRoute.action, "/sign-up", typedByNewUser())).toRedirectTo("/");
  expect((await browser.todosPage()).data.view).toBe("list");
});

test("a change whose answer is lost says that it may have been made", async () => {
  const bob = await newUser();
  neon.answerWith(async (request) => {
    const answer = await neon.answer(request);
    return request.url.endsWith("/update-user") ? new Response(page, { ...html, status: 502 }) : answer;
  });
  const answer = await bob.post(accountRoute.action, "/account", { intent: "name", name: "Robert" });
  expect((await answer.json()).errors.form).toContain("may have been saved");
});

test("a user of a site that Neon Auth does not trust is told whom to ask", async () => {
  neon.answerWith(() => Response.json({ code: "INVALID_CALLBACK_URL" }, { status: 403 }));
  const answer = await new Browser().post(signUpRoute.action, "/sign-up", typedByNewUser());
  expect((await answer.json()).errors.form).toContain("Tell an administrator");
});
