import { connect } from "node:net";
import sql from "sql-template-tag";
import { expect, test } from "vitest";
import { z } from "zod";
import { dataPath, remixHeaders } from "#app/http/remix-data.ts";
import { app } from "./app.ts";
import { signedInPeople } from "./people.ts";
import { rows } from "./rows.ts";
import { expectSecurityHeaders } from "./security-headers.ts";

// What curl can see of the production server, started as `npm run local` does.

const { port, origin } = new URL(app.appUrl);
const form = (fields: Record<string, string>, headers: Record<string, string> = {}) => ({
  method: "POST",
  body: new URLSearchParams(fields),
  headers,
  redirect: "manual" as const,
});

/** Signs a user up without a browser. @returns their cookie */
async function signUp(): Promise<string> {
  const fields = { email: `${crypto.randomUUID()}@example.com`, password: "correct horse" };
  const answer = await fetch(`${origin}/sign-up`, form(fields, { Origin: origin }));
  expect(answer.status).toBe(303);
  return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

test("a page allows its own scripts only by nonce, and every answer has a new one", async () => {
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
  test(`a post ${title} ${isLetThrough ? "reaches the app" : "is refused, for pages and scripts alike"}`, async () => {
    const cookie = await signUp();
    for (const path of ["/?index", dataPath("/?index", "routes/todos/route")]) {
      const fields = { intent: "toggle", id: "9223372036854775807", complete: "true" };
      const answer = await fetch(origin + path, form(fields, { Cookie: cookie, ...headers }));
      // There is no such todo.
      expect(answer.status, path).toBe(isLetThrough ? 404 : 403);
      if (!isLetThrough) expect(await answer.text()).toContain(origin);
    }
    const signOut = await fetch(`${origin}/sign-out`, form({}, { Cookie: cookie, ...headers }));
    expect(signOut.status).toBe(isLetThrough ? 303 : 403);
  });
}

test("a body over 64 KiB is refused, with or without Content-Length", async () => {
  const body = "x".repeat(64 * 1024 + 1);
  const headers = { Origin: origin, "Content-Type": "application/x-www-form-urlencoded" };
  const announced = await fetch(`${origin}/sign-in`, { method: "POST", headers, body });
  expect(announced.status).toBe(413);
  const stream = new Blob([body]).stream();
  const init = { method: "POST", headers, body: stream, duplex: "half" as const };
  expect((await fetch(`${origin}/sign-in`, init)).status).toBe(413);
});

test("our own script gets a refusal in the shape that its forms show", async () => {
  const body = `intent=add&task=${"x".repeat(70_000)}`;
  const headers = { Origin: origin, "Content-Type": "application/x-www-form-urlencoded" };
  const answer = await fetch(origin + dataPath("/?index", "routes/todos/route"), {
    method: "POST",
    headers,
    body,
  });
  expect(answer.status).toBe(413);
  expect(answer.headers.get(remixHeaders.answer)).toBe("yes");
  expect(await answer.json()).toMatchObject({
    ok: false,
    errors: { form: expect.stringContaining("64 KiB") },
  });
});

test("a refused page request gets a page, in the user's theme", async () => {
  const headers = {
    Accept: "text/html",
    Origin: "http://evil.example",
    Cookie: `todos-theme-${port}=ImRhcmsi`,
  };
  const answer = await fetch(`${origin}/sign-in`, { method: "POST", headers });
  const text = await answer.text();
  expect([answer.status, answer.headers.get("Content-Type")]).toEqual([403, "text/html; charset=utf-8"]);
  expect(text).toContain('<html lang="en" data-theme="dark">');
  const stylesheet = /<link rel="stylesheet" href="([^"]+)">/.exec(text)?.[1] ?? "";
  expect((await fetch(origin + stylesheet)).headers.get("Content-Type")).toContain("text/css");
  expect(answer.headers.get("Content-Security-Policy")).toMatch(/style-src 'self'/);
});

for (const path of ["/assets/nowhere.js", "/favicon.ico", "/nowhere.js.map", "/wp-login.php"]) {
  test(`${path} is answered with a sentence, or with a page without scripts for browsers`, async () => {
    const plain = await fetch(origin + path);
    expect([plain.status, await plain.text()]).toEqual([
      404,
      "Not found. There is nothing at this address.\n",
    ]);
    const page = await fetch(origin + path, { headers: { Accept: "text/html" } });
    const text = await page.text();
    expect([page.status, text]).toEqual([404, expect.stringContaining("<h1>Not found</h1>")]);
    expect(text).not.toContain("<script");
  });
}

test("links and redirects do not follow the Host header", async () => {
  const request = "GET /sign-out HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
  const answer = await new Promise<string>((resolve, reject) => {
    let text = "";
    const socket = connect(Number(port), "127.0.0.1", () => socket.write(request));
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
  test(`the path ${path} is a plain 404`, async () => {
    const answer = await fetch(origin + path, { redirect: "manual" });
    expect([400, 404]).toContain(answer.status);
    expect(await answer.text()).not.toContain("dependencies");
  });
}

/** A file whose name holds a hash of its content. */
async function stylesheet(): Promise<string> {
  return origin + (/\/assets\/[^"]+\.css/.exec(await (await fetch(origin)).text())?.[0] ?? "");
}

test("hashed files may be cached forever, others for an hour", async () => {
  const { headers } = await fetch(await stylesheet());
  expect(headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
  expect((await fetch(`${origin}/favicon.svg`)).headers.get("Cache-Control")).toBe("public, max-age=3600");
});

const encodings: [accepted: string, sent: string | null][] = [
  ["br", "br"],
  ["gzip, deflate, br", "br"],
  ["gzip;q=1.0, br;q=0", "gzip"],
  ["br; q=0.0, gzip;q=0.000", null],
  ["*", "br"],
  ["*;q=0", null],
  ["brotli", null],
  ["identity", null],
];
for (const [accepted, sent] of encodings) {
  test(`with Accept-Encoding ${accepted} a file comes ${sent ? `as ${sent}` : "as it is"}`, async () => {
    const answer = await fetch(await stylesheet(), { headers: { "Accept-Encoding": accepted } });
    expect([answer.headers.get("Content-Encoding"), answer.headers.get("Vary")]).toEqual([
      sent,
      "Accept-Encoding",
    ]);
  });
}

test("an unchanged file is not sent again, whichever of its tags the request names", async () => {
  const url = await stylesheet();
  const headers = { "Accept-Encoding": "br" };
  const tag = (await fetch(url, { headers })).headers.get("ETag") ?? "";
  const plain = (await fetch(url, { headers: { "Accept-Encoding": "identity" } })).headers.get("ETag");
  expect(plain).not.toBe(tag);
  for (const known of [tag, `W/${tag}`, `"other", ${tag}`, `"other",W/${tag}`, "*"]) {
    const answer = await fetch(url, { headers: { ...headers, "If-None-Match": known } });
    expect([answer.status, answer.headers.get("ETag"), await answer.text()], known).toEqual([304, tag, ""]);
    expectSecurityHeaders(answer.headers, known);
  }
  const changed = { ...headers, "If-None-Match": `"other", ${tag.replace('"', '"x')}` };
  expect((await fetch(url, { headers: changed })).status).toBe(200);
});

test("/livez says that the process is up, and /readyz that its database answers", async () => {
  expect(await (await fetch(`${origin}/livez`)).text()).toBe("ok\n");
  expect(await (await fetch(`${origin}/readyz`)).text()).toBe("ready\n");
});

test("the list comes with six scripts, precompressed, of 92 KiB at most", async () => {
  const html = await (await fetch(origin)).text();
  const paths = [...new Set(html.match(/\/assets\/[^"']+\.js/g))];
  const sizes = await Promise.all(
    paths.map(async (path) => {
      const { headers } = await fetch(origin + path, {
        method: "HEAD",
        headers: { "Accept-Encoding": "br" },
      });
      expect(headers.get("Content-Encoding"), path).toBe("br");
      return Number(headers.get("Content-Length"));
    }),
  );
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`JavaScript for /: ${(bytes / 1024).toFixed(1)} KiB in ${paths.length} scripts`);
  expect(paths.length).toBeLessThanOrEqual(6);
  expect(bytes).toBeGreaterThan(50 * 1024);
  expect(bytes).toBeLessThanOrEqual(92 * 1024);
});

test("the list is at most 20 KB of HTML with 20 todos of one's own, and 42 KB with 50", async () => {
  const sizes = [];
  for (const count of [20, 50]) {
    const [person] = await signedInPeople(1);
    const more = sql`
      insert into todos (owner_id, task)
      select ${person?.userId}, 'Water the plants in room ' || n from generate_series(2, ${count}::int) n
    `;
    await rows(z.never(), more);
    const answer = await fetch(`${origin}/?owner=me`, { headers: { Cookie: person?.cookie ?? "" } });
    const html = await answer.text();
    expect(html.match(/aria-label="Delete /g)).toHaveLength(count);
    sizes.push(Buffer.byteLength(html));
  }
  console.log(`HTML of 20 and 50 todos: ${sizes.join(" and ")} bytes`);
  expect(sizes[0]).toBeLessThanOrEqual(20 * 1024);
  expect(sizes[1]).toBeLessThanOrEqual(42 * 1024);
});
