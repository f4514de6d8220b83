import { beforeEach, expect, test, vi } from "vitest";
import { log, logAsJson } from "#app/platform/log.server.ts";
import { inRequest } from "#app/platform/request-context.server.ts";

const stdout = vi.spyOn(console, "log").mockReturnValue();
const stderr = vi.spyOn(console, "error").mockReturnValue();
beforeEach(() => {
  stdout.mockClear();
  stderr.mockClear();
});

const lines = (): unknown[] => stdout.mock.calls.map(([line]) => JSON.parse(String(line)));

// First, because a log in JSON never returns to sentences.
test("before the server starts, errors are logged as sentences, and nothing else is logged", () => {
  log.info({ event: "signed in" }, "Somebody has signed in");
  log.error({ event: "outage" }, "GET /: no answer");
  log.error({ err: new Error("no answer") }, "A GET request failed");
  expect(stdout).not.toHaveBeenCalled();
  expect(stderr.mock.calls).toEqual([
    ["GET /: no answer"],
    [expect.stringMatching(/^A GET request failed: no answer\n {4}at /)],
  ]);
});

test("a line is JSON with its level, time, and event, and nothing about the machine", () => {
  logAsJson("info");
  log.warn({ event: "refused", status: 403 }, "Refused");
  expect(lines()).toEqual([
    {
      level: "warn",
      time: expect.stringMatching(/^\d{4}-.+Z$/),
      event: "refused",
      status: 403,
      msg: "Refused",
    },
  ]);
});

test("a line within a request has its reference, and the signed-in user as soon as they are known", () => {
  const context = { reference: "K7QX3MPD00", clientAddress: "192.0.2.1" };
  inRequest(context, () => {
    log.info("before");
    Object.assign(context, { userId: "bob" });
    log.info("after");
  });
  log.info("outside");
  const named = { reference: "K7QX3MPD00" };
  expect(lines()).toEqual([
    expect.objectContaining({ ...named, msg: "before" }),
    expect.objectContaining({ ...named, userId: "bob", msg: "after" }),
    expect.not.objectContaining(named),
  ]);
  expect(JSON.stringify(lines())).not.toContain("192.0.2.1");
});

test("lines below the configured level are left out", () => {
  logAsJson("warn");
  log.info("left out");
  log.warn("told");
  logAsJson("debug");
  log.debug("told");
  expect(lines()).toHaveLength(2);
});

const planted = "planted-Secret";

test.each([
  "accessToken",
  "refreshToken",
  "token",
  "cookie",
  "set-cookie",
  "authorization",
  "svix-signature",
  "password",
  "code",
  "email",
  "secret",
  "key",
])("a property %s is not logged, neither by itself nor within another", (name) => {
  log.error({ [name]: planted, headers: { [name]: planted } }, "x");
  expect(stdout).toHaveBeenCalledOnce();
  expect(JSON.stringify(lines())).not.toContain(planted);
});

test.each([
  ["an email", "no user bob@planted-Secret.example"],
  ["a connection string", "cannot reach postgresql://bob:planted-Secret@db.example/todos?sslmode=require"],
  ["a token", "bad token eyJhbGciOiJFUzI1NiJ9.planted-Secret.x"],
  ["a query string", "fetch failed: https://stack.example/verify-email?code=planted-Secret&x=y (timeout)"],
  ["a second line", "syntax error\nselect planted-Secret"],
])("an error's message is logged without %s", (_, message) => {
  const error = new Error("outer", { cause: new TypeError(message) });
  log.error({ err: error }, "A request failed");
  const [line] = lines() as [{ err: { message: string } }];
  expect(line.err.message).toMatch(/^outer < .+/);
  expect(JSON.stringify(line)).not.toContain(planted);
});

test("text that is not valid JSON is not logged", () => {
  const error = (() => {
    try {
      JSON.parse(planted);
    } catch (thrown) {
      return thrown;
    }
  })();
  log.error({ err: error }, "A request failed");
  expect(lines()).toEqual([
    expect.objectContaining({ err: expect.objectContaining({ message: "invalid JSON" }) }),
  ]);
  expect(JSON.stringify(lines())).not.toContain(planted);
});

test("an error's properties are not logged, since they may hold a row, parameters, or a whole request", () => {
  const properties = {
    detail: `Key (email)=(${planted})`,
    parameters: [planted],
    request: { body: planted },
  };
  log.error({ err: Object.assign(new Error("refused"), properties) }, "A request failed");
  expect(lines()).toEqual([
    expect.objectContaining({
      err: { message: "refused", stack: expect.stringMatching(/^ {4}at .+log\.test/) },
    }),
  ]);
  expect(JSON.stringify(lines())).not.toContain(planted);
});
