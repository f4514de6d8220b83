import sql from "sql-template-tag";
import { expect, test } from "vitest";
import { bob, doug, run } from "#tests/db/stack-stand-in/harness.ts";
import { authorize, comeBack, redirectUri, visit } from "./harness.ts";

/** Goes through the provider, up to the answer that the browser brings to Stack. */
async function choose(email: string, changes: Record<string, string> = {}) {
  const { location, cookie, text } = await authorize("github", changes);
  const page = changes.stack_response_mode === "json" ? JSON.parse(text).location : location;
  return { callback: (await visit(page, { form: { email } })).location, cookie };
}

const withParameter = (url: string, name: string, value: string) => {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed.href;
};

test("the browser gets a cookie for ten minutes, which the callback deletes", async () => {
  const before = Date.now();
  const { headers, cookie, location } = await authorize("github");
  const cookieHeader = headers.get("set-cookie") ?? "";
  expect(cookieHeader).toContain("; Max-Age=600; HttpOnly");
  const expires = Date.parse(/Expires=([^;]+)/.exec(cookieHeader)?.[1] ?? "");
  expect(expires).toBeGreaterThan(before + 598_000);
  expect(expires).toBeLessThanOrEqual(Date.now() + 600_000);
  const { location: callback } = await visit(location, { form: { email: bob.email } });
  expect((await visit(callback, { cookie })).headers.get("set-cookie")).toBe(
    `${cookie.replace("=true", "=")}; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT`,
  );
});

test("the callback stops without the cookie of the same sign-in", async () => {
  const { callback, cookie } = await choose(bob.email);
  const { cookie: another } = await authorize("github");
  for (const wrong of ["", another, `${cookie}x`]) {
    const { status, text, cookie: ended } = await visit(callback, { cookie: wrong });
    expect([status, text]).toEqual([400, expect.stringContaining("Inner OAuth cookie not found")]);
    expect(ended).toBe(cookie.replace("=true", "="));
  }
  expect((await visit(callback, { cookie: `a=b; ${another}; ${cookie}` })).status).toBe(303);
});

test("an unknown state is refused", async () => {
  const { callback, cookie } = await choose(bob.email);
  const { status, text } = await visit(withParameter(callback, "state", "another"), { cookie });
  expect([status, text]).toEqual([400, expect.stringContaining("Invalid OAuth state")]);
});

test("after ten minutes the app learns that it took too long", async () => {
  const late = await choose(bob.email);
  await run(sql`update oauth_authorizations set expires_at = expires_at - interval '10 minutes'`);
  expect((await visit(late.callback, { cookie: late.cookie })).parameters.errorCode).toBe(
    "OUTER_OAUTH_TIMEOUT",
  );
});

test("a sign-in abandoned a day ago is forgotten", async () => {
  const { callback } = await choose(bob.email);
  await run(sql`update oauth_authorizations set expires_at = now() - interval '25 hours'`);
  await authorize("github");
  expect((await visit(callback)).text).toContain("Invalid OAuth state");
});

test("the provider's code works once", async () => {
  const { callback } = await choose(bob.email, { stack_response_mode: "json" });
  const answers = await Promise.all(Array.from({ length: 8 }, () => visit(callback)));
  expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array(7).fill(400)]);
  expect((await visit(callback)).text).toContain("invalid grant");
});

test("the provider's code works for ten minutes, for one sign-in and one provider", async () => {
  const mode = { stack_response_mode: "json" };
  const [ofBob, ofDoug] = [await choose(bob.email, mode), await choose(doug.email, mode)];
  const codeOfDoug = new URL(ofDoug.callback).searchParams.get("code") ?? "";
  for (const wrong of [
    withParameter(ofBob.callback, "code", codeOfDoug),
    ofBob.callback.replace("/callback/github", "/callback/google"),
  ]) {
    const { status, text } = await visit(wrong);
    expect([status, text]).toEqual([400, expect.stringContaining("invalid grant")]);
  }
  await run(sql`update provider_codes set expires_at = expires_at - interval '9 minutes'`);
  expect((await visit(ofBob.callback)).status).toBe(303);
  await run(sql`update provider_codes set expires_at = expires_at - interval '1 minute'`);
  expect((await visit(ofDoug.callback)).status).toBe(400);
});

test("the app gets the provider's error, and Stack fails on an unknown one", async () => {
  const { callback } = await choose(bob.email, { stack_response_mode: "json" });
  const errorCodeFor = async (error: string) =>
    (await visit(withParameter(callback, "error", error))).parameters.errorCode;
  expect(await errorCodeFor("access_denied")).toBe("OAUTH_PROVIDER_ACCESS_DENIED");
  expect(await errorCodeFor("consent_required")).toBe("OAUTH_PROVIDER_ACCESS_DENIED");
  expect(await errorCodeFor("temporarily_unavailable")).toBe("OAUTH_PROVIDER_TEMPORARILY_UNAVAILABLE");
  expect((await visit(withParameter(callback, "error", "surprise"))).status).toBe(500);
  expect((await visit(withParameter(callback, "iss", "https://example.org"))).status).toBe(500);
});

test("the app's own parameters are kept, and a fragment is dropped", async () => {
  const { location } = await comeBack("github", bob.email, { redirect_uri: `${redirectUri}?a=1#top` });
  expect(location).toMatch(
    /^http:\/\/localhost:3000\/auth\/callback\?a=1&code=[\da-f]{64}&state=state\+of\+the\+app$/,
  );
});

test("an unknown scope is refused", async () => {
  const { status, text } = await comeBack("github", bob.email, { scope: "openid" });
  expect([status, text]).toEqual([400, expect.stringContaining("Invalid scope")]);
});
