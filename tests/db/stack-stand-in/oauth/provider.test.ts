import { expect, test } from "vitest";
import { bob, doug, project } from "#tests/db/stack-stand-in/harness.ts";
import { authorize, signInThrough, visit } from "./harness.ts";

// The page that stands in for the provider.

const pageOf = async (provider: string) => visit((await authorize(provider)).location);
const chosenOn = (page: string) =>
  [...page.matchAll(/<button name="email" value="([^"]+)">/g)].map(([, email]) => email);

test("the page says which provider it stands in for, and runs no script", async () => {
  for (const [provider, name] of [
    ["github", "GitHub"],
    ["google", "Google"],
  ] as const) {
    const { status, text, headers } = await pageOf(provider);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(text).toContain(`<title>Sign in to ${name}</title>`);
    expect(text).toContain(`This page stands in for ${name}`);
    expect(text).not.toMatch(/<script|style=| on\w+=/);
  }
});

test("the page loads nothing, and its forms may only lead where the sign-in does", async () => {
  const policy = (await pageOf("github")).headers.get("content-security-policy");
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("form-action");
});

test("the page lists the accounts chosen before at that provider, newest first", async () => {
  expect(chosenOn((await pageOf("github")).text)).toEqual([]);
  await signInThrough("github", "Bob@example.com");
  await signInThrough("github", doug.email);
  expect(chosenOn((await pageOf("github")).text)).toEqual([doug.email, bob.email]);
  await signInThrough("github", bob.email);
  expect(chosenOn((await pageOf("github")).text)).toEqual([bob.email, doug.email]);
  expect(chosenOn((await pageOf("google")).text)).toEqual([]);
});

test("the page lists at most twenty", async () => {
  const { location } = await authorize("github");
  for (let number = 1; number <= 21; number++) {
    await visit(location, { form: { email: `${number}@example.com` } });
  }
  const listed = chosenOn((await pageOf("github")).text);
  expect([listed.length, listed[0], listed.at(-1)]).toEqual([20, "21@example.com", "2@example.com"]);
});

test("an account chosen again without a name keeps its name", async () => {
  const { location } = await authorize("github");
  await visit(location, { form: { email: bob.email, name: "Bob" } });
  await visit(location, { form: { email: bob.email } });
  expect((await pageOf("github")).text).toContain(`${bob.email}</button> Bob</li>`);
  await visit(location, { form: { email: bob.email, name: "Robert" } });
  expect((await pageOf("github")).text).toContain(`${bob.email}</button> Robert</li>`);
});

test("an invalid email address is shown again as text, with the reason", async () => {
  const { location } = await authorize("github");
  for (const email of ["", "bob", `"><script>alert('1')</script>`]) {
    const { status, text } = await visit(location, { form: { email, name: "<b>&" } });
    expect(status).toBe(400);
    expect(text).toContain('role="alert">Invalid email address</p>');
    expect(text).toContain('value="&lt;b&gt;&amp;"');
    expect(text).not.toContain("<script");
  }
  expect((await visit(location, { form: {} })).status).toBe(400);
  expect(chosenOn((await pageOf("github")).text)).toEqual([]);
});

test("a name is shown as text", async () => {
  await signInThrough("github", bob.email, "<script>");
  expect((await pageOf("github")).text).toContain("&lt;script&gt;</li>");
});

test("canceling leads back to the app with an error", async () => {
  const { location, cookie } = await authorize("github");
  const { text } = await visit(location);
  const cancel = /<a href="([^"]+)">Cancel<\/a>/.exec(text)?.[1]?.replaceAll("&amp;", "&") ?? "";
  const { location: cancelled, status, parameters } = await visit(cancel, { cookie });
  expect(status).toBe(307);
  expect(cancelled).toMatch(/^http:\/\/localhost:3000\/auth\/callback\?/);
  expect(parameters).toEqual({
    error: "server_error",
    error_description: "The OAuth provider denied access to the user.",
    errorCode: "OAUTH_PROVIDER_ACCESS_DENIED",
    message: "The OAuth provider denied access to the user.",
    details: "{}",
  });
});

test("a request that is not from Stack is refused, without a redirect", async () => {
  const { location } = await authorize("github");
  for (const [name, value] of [
    ["redirect_uri", "https://example.org/"],
    ["redirect_uri", `${project.apiUrl}/api/v1/auth/oauth/callback/google`],
    ["client_id", "spotify"],
    ["response_type", "token"],
    ["code_challenge_method", "plain"],
  ] as const) {
    const changed = new URL(location);
    changed.searchParams.set(name, value);
    for (const form of [undefined, { email: bob.email }]) {
      const answer = await visit(changed.href, form ? { form } : {});
      expect([answer.status, answer.location]).toEqual([400, "about:blank"]);
    }
  }
});
