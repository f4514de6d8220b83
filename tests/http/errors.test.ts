import { afterAll, beforeAll, expect, test } from "vitest";
import { dataPath } from "#app/http/remix-data.ts";
import { type Instance, startInstance } from "#tests/setup/instance.ts";
import { expectSecurityHeaders } from "./security-headers.ts";

/** Every statement that names `task` then fails with an error that no code expects. */
const breakList = "alter table todos rename column task to elsewhere";
const fixList = "alter table todos rename column elsewhere to task";

let instance: Instance;
let origin: string;
beforeAll(async () => {
  instance = await startInstance();
  origin = instance.appUrl;
});
afterAll(() => instance[Symbol.asyncDispose]());

interface LogLine {
  level: string;
  reference?: string;
  event?: string;
  method?: string;
  route?: string;
  status?: number;
  ms?: number;
  userId?: string;
  err?: { message: string; stack: string };
}

function logLines(): LogLine[] {
  return instance
    .log()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

async function signUp(): Promise<string> {
  const body = new URLSearchParams({
    email: `${crypto.randomUUID()}@example.com`,
    password: "correct horse",
  });
  const answer = await fetch(`${origin}/sign-up`, {
    method: "POST",
    body,
    headers: { Origin: origin },
    redirect: "manual",
  });
  return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

test("an unexpected error shows a reference that is in the log, and no details", async () => {
  const Cookie = await signUp();
  const form = {
    method: "POST",
    body: "intent=add&task=x",
    contentType: "application/x-www-form-urlencoded",
  };
  const requests: [path: string, init: { method?: string; body?: string; accept?: string }, type: string][] =
    [
      ["/", {}, "text/html"],
      [dataPath("/", "routes/todos/route"), {}, "application/json"],
      ["/export.json", {}, "text/plain"],
      ["/export.csv", { accept: "text/html" }, "text/html"],
      ["/?index", form, "text/html"],
      [dataPath("/?index=", "routes/todos/route"), form, "application/json"],
    ];
  await instance.run("todos", breakList);
  for (const [path, { accept = "*/*", ...init }, type] of requests) {
    const headers = { Cookie, Origin: origin, Accept: accept, "Content-Type": form.contentType };
    const answer = await fetch(origin + path, { ...init, headers });
    const text = await answer.text();
    const about = `${init.method ?? "GET"} ${path}`;
    expect([answer.status, answer.headers.get("Content-Type")?.split(";")[0]], about).toEqual([500, type]);
    expectSecurityHeaders(answer.headers, about);
    expect(answer.headers.get("Cache-Control"), about).toBe("no-store");

    const reference = answer.headers.get("X-Request-Id") ?? "";
    expect(text, about).toContain(reference);
    expect(text, about).not.toMatch(
      /task|column|42703|select |insert |\.ts\b|node_modules| {4}at |postgres/i,
    );
    const isLogged = (line: LogLine) => line.reference === reference;
    await expect.poll(() => logLines().filter(isLogged).length, { message: about }).toBe(2);
    const [error, request] = logLines().filter(isLogged);
    expect(error, about).toMatchObject({ level: "error", event: "error", userId: request?.userId });
    expect(error?.err?.message, about).toMatch(/column .*task.* does not exist/);
    expect(error?.err?.stack, about).toMatch(/^ {4}at /);
    expect(request, about).toMatchObject({ level: "warn", event: "request", status: 500 });
    expect(request?.userId, about).toMatch(/^[0-9a-f-]{36}$/);
  }
  await instance.run("todos", fixList);
});

test("each request is a line in the log, with its route and without what the user typed", async () => {
  const Cookie = await signUp();
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(origin + path, { redirect: "manual", ...init });
    await answer.text();
    const reference = answer.headers.get("X-Request-Id");
    await expect.poll(() => logLines().some((line) => line.reference === reference)).toBe(true);
    return logLines().filter((line) => line.reference === reference);
  };
  const line = { level: "info", event: "request", ms: expect.any(Number) };
  expect(await ask("/?q=planted-Secret", { headers: { Cookie } })).toMatchObject([
    { ...line, method: "GET", route: "/", status: 200, userId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  ]);
  expect(await ask("/auth/planted-Secret?code=planted-Secret")).toMatchObject([
    { ...line, method: "GET", route: "/auth/:provider", status: 404 },
  ]);
  const [nowhere] = await ask("/planted-Secret/x");
  expect(nowhere).toMatchObject({ ...line, method: "GET", status: 404 });
  expect(nowhere?.route).toBeUndefined();
  expect(
    await ask("/sign-in?redirectTo=planted-Secret", { method: "POST", body: "email=planted-Secret" }),
  ).toMatchObject([
    { level: "warn", event: "refused", method: "POST", route: "/sign-in", status: 403 },
    { ...line, method: "POST", route: "/sign-in", status: 403 },
  ]);
  expect(instance.log()).not.toContain("planted-Secret");
});

test("files are not logged; a stream is logged when it starts and when it ends", async () => {
  const Cookie = await signUp();
  const leaving = new AbortController();
  const answer = await fetch(`${origin}/events`, { headers: { Cookie }, signal: leaving.signal });
  expect(answer.headers.get("Cache-Control")).toBe("no-store, no-transform");
  await fetch(`${origin}/favicon.svg`);
  const ofStream = () =>
    logLines().filter(({ reference }) => reference === answer.headers.get("X-Request-Id"));
  await expect.poll(() => ofStream().length).toBe(1);
  leaving.abort();
  await expect.poll(() => ofStream().length).toBe(2);
  expect(ofStream()).toMatchObject([
    { level: "info", event: "stream opened", route: "/events" },
    { level: "info", event: "request", route: "/events", status: 200, isAborted: true },
  ]);
  expect(logLines().filter(({ route }) => route === "asset")).toEqual([]);
});
