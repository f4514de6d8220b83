import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { expect, test } from "./people.ts";

// What can be seen with curl, at the production server as `npm run local` starts it.

const origin = "http://localhost:3456";
const form = (fields: Record<string, string>, headers: Record<string, string> = {}) => ({
  method: "POST",
  body: new URLSearchParams(fields),
  headers,
  redirect: "manual" as const,
});

/** Signs somebody up without a browser. @returns his cookie */
async function signUp(): Promise<string> {
  const fields = { email: `${crypto.randomUUID()}@example.com`, password: "correct horse" };
  const answer = await fetch(`${origin}/sign-up`, form(fields, { Origin: origin }));
  expect(answer.status).toBe(303);
  return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

test("every answer carries the security headers, and a page lets its own scripts in by nonce alone", async () => {
  for (const path of ["/", "/sign-in", "/nowhere", "/favicon.svg", "/assets/nowhere.js", "/livez"]) {
    const { headers } = await fetch(origin + path);
    expect(headers.get("X-Content-Type-Options"), path).toBe("nosniff");
    expect(headers.get("Referrer-Policy"), path).toBe("same-origin");
    expect(headers.get("Content-Security-Policy"), path).toMatch(
      /default-src 'none'.*frame-ancestors 'none'/,
    );
    expect(headers.get("Content-Security-Policy"), path).not.toContain("unsafe");
  }
  const nonces = await Promise.all(
    [1, 2].map(async () => {
      const answer = await fetch(origin);
      const nonce = /'nonce-([^']+)'/.exec(answer.headers.get("Content-Security-Policy") ?? "")?.[1] ?? "";
      const scripts = (await answer.text()).match(/<script[^>]*>/g) ?? [];
      expect(scripts.length).toBeGreaterThan(0);
      for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`);
      return nonce;
    }),
  );
  expect(nonces[0]).not.toBe(nonces[1]);
});

const posts: [title: string, headers: Record<string, string>, isLetThrough: boolean][] = [
  ["from a page of this site", { "Sec-Fetch-Site": "same-origin" }, true],
  ["that a person brought about himself", { "Sec-Fetch-Site": "none" }, true],
  ["with our Origin and no Sec-Fetch-Site", { Origin: origin }, true],
  ["from another site", { "Sec-Fetch-Site": "cross-site", Origin: origin }, false],
  ["from a sibling site", { "Sec-Fetch-Site": "same-site", Origin: origin }, false],
  ["with another Origin", { Origin: "http://evil.example" }, false],
  ["with the Origin null", { Origin: "null" }, false],
  ["with neither header", {}, false],
  ["with a forged host", { Origin: "http://evil.example", "X-Forwarded-Host": "evil.example" }, false],
];
for (const [title, headers, isLetThrough] of posts) {
  test(`a post ${title} ${isLetThrough ? "reaches the app" : "is refused, to pages and scripts alike"}`, async () => {
    const cookie = await signUp();
    for (const path of ["/?index", "/?index&_data=routes%2Ftodos%2Froute"]) {
      const fields = { intent: "toggle", id: "9223372036854775807", complete: "true" };
      const answer = await fetch(origin + path, form(fields, { Cookie: cookie, ...headers }));
      // The app knows no such todo.
      expect(answer.status, path).toBe(isLetThrough ? 404 : 403);
      if (!isLetThrough) expect(await answer.text()).toContain(origin);
    }
    const signOut = await fetch(`${origin}/sign-out`, form({}, { Cookie: cookie, ...headers }));
    expect(signOut.status).toBe(isLetThrough ? 303 : 403);
  });
}

test("a body over 64 KiB is refused, whether or not its length is announced", async () => {
  const body = "x".repeat(64 * 1024 + 1);
  const headers = { Origin: origin, "Content-Type": "application/x-www-form-urlencoded" };
  const announced = await fetch(`${origin}/sign-in`, { method: "POST", headers, body });
  expect(announced.status).toBe(413);
  const stream = new Blob([body]).stream();
  const init = { method: "POST", headers, body: stream, duplex: "half" as const };
  expect((await fetch(`${origin}/sign-in`, init)).status).toBe(413);
});

test("a script of ours gets a refusal in the shape that its forms show", async () => {
  const body = `intent=add&task=${"x".repeat(70_000)}`;
  const headers = { Origin: origin, "Content-Type": "application/x-www-form-urlencoded" };
  const answer = await fetch(`${origin}/?index&_data=routes%2Ftodos%2Froute`, {
    method: "POST",
    headers,
    body,
  });
  expect(answer.status).toBe(413);
  expect(answer.headers.get("X-Remix-Response")).toBe("yes");
  expect(await answer.json()).toMatchObject({
    ok: false,
    errors: { form: expect.stringContaining("64 KiB") },
  });
});

test("other methods are 405, and say which ones are taken", async () => {
  for (const method of ["PUT", "PATCH", "DELETE", "OPTIONS"]) {
    const answer = await fetch(`${origin}/?index`, { method, headers: { Origin: origin } });
    expect([answer.status, answer.headers.get("Allow")]).toEqual([405, "GET, HEAD, POST"]);
  }
});

test("HEAD is answered as GET is, without the body", async () => {
  for (const path of ["/", "/favicon.svg"]) {
    const answer = await fetch(origin + path, { method: "HEAD" });
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
  }
});

test("links and redirects do not follow the Host header", async () => {
  const request = "GET /sign-out HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
  const answer = await new Promise<string>((resolve, reject) => {
    let text = "";
    const socket = connect(3456, "127.0.0.1", () => socket.write(request));
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("end", () => resolve(text)).on("error", reject);
  });
  expect(answer).toContain("303");
  expect(answer).not.toContain("evil.example");
});

for (const path of [
  "//evil.example",
  "/%2e%2e/package.json",
  "/..%2fpackage.json",
  "/assets/../../server/index.js",
  "/%",
  "/%00",
]) {
  test(`the path ${path} is plainly not there`, async () => {
    const answer = await fetch(origin + path, { redirect: "manual" });
    expect([400, 404]).toContain(answer.status);
    expect(await answer.text()).not.toContain("dependencies");
  });
}

test("assets are kept for ever under their hashed names, compressed, and asked for again by their ETag", async () => {
  const page = await (await fetch(origin)).text();
  const path = /\/assets\/[^"]+\.css/.exec(page)?.[0] ?? "";
  const answer = await fetch(origin + path, { headers: { "Accept-Encoding": "br" } });
  expect(answer.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
  expect(answer.headers.get("Content-Encoding")).toBe("br");
  const ETag = answer.headers.get("ETag") ?? "";
  expect((await fetch(origin + path, { headers: { "If-None-Match": ETag } })).status).toBe(304);
});

test("the process says that it is up, and that its database answers", async () => {
  expect(await (await fetch(`${origin}/livez`)).text()).toBe("ok\n");
  expect(await (await fetch(`${origin}/readyz`)).text()).toBe("ready\n");
});

test("the JavaScript of the list is at most 110 KB", async ({ openPage }) => {
  const page = await openPage();
  const sizes: Promise<number>[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() !== "script") return;
    sizes.push(response.body().then((body) => gzipSync(body).length));
  });
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  console.log(`JavaScript for /: ${(bytes / 1000).toFixed(1)} KB gzip`);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThanOrEqual(110_000);
});
