import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type AppProcess, startApp } from "./app-process.ts";
import { origin, type Site, startSite } from "./site.ts";

// What happens to requests in flight when a process is asked to stop.

let site: Site;
let bob: string;

beforeAll(async () => {
  site = await startSite();
  bob = await site.signedIn("bob");
});
afterAll(() => site?.[Symbol.asyncDispose]());

async function start({ noticeMs }: { noticeMs?: number } = {}): Promise<AppProcess> {
  const script = `const build = await import("./build/server/index.js");
    await build.entry.module.startServer(build, ${noticeMs});`;
  const app = await startApp(
    site.variables,
    noticeMs ? ["--input-type=module", "--eval", script] : undefined,
  );
  onTestFinished(async () => {
    await app[Symbol.asyncDispose]();
    await site.proxies.database.heal();
  });
  return app;
}

/** Opens a live page's stream, and reads it to its end. */
async function openStream(app: AppProcess) {
  const response = await fetch(`${app.url}/events`, { headers: { Cookie: bob } });
  expect(response.status).toBe(200);
  return { ended: response.text() };
}

/** Sends a change whose answer takes 1.5 s, and waits until the database has been asked. */
async function slowChange(app: AppProcess, task: string) {
  await app.get("/", bob);
  site.proxies.database.slow(750);
  const answer = app.post("/?index", { intent: "add", task }, bob);
  await delay(100);
  return answer;
}

/** Sends the start of a request, and its rest when the test says so. */
function halfSent(app: AppProcess, { start, rest }: { start: string; rest: string }) {
  const socket = connect(app.port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.write(start);
  return {
    /** @returns the whole answer */
    finish() {
      socket.write(rest);
      return text(socket);
    },
  };
}

test("on SIGTERM /readyz says 503, the change in flight is made, live pages end, and the process exits with 0", async () => {
  const app = await start();
  const streams = await Promise.all([openStream(app), openStream(app), openStream(app)]);
  const fields = "intent=add&task=in+flight";
  const change = halfSent(app, {
    start: `POST /?index HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\nCookie: ${bob}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${fields.length}\r\n\r\n`,
    rest: fields,
  });
  const ready = halfSent(app, { start: "GET /readyz HTTP/1.1\r\n", rest: "Host: localhost\r\n\r\n" });
  // Asked last, so that the app has read the others.
  await app.get("/livez");
  const stoppedAt = performance.now();
  app.process.kill("SIGTERM");

  const sent = await Promise.all(streams.map(({ ended }) => ended));
  const retries = sent.map((events) => Number(/^retry: (\d+)$/m.exec(events)?.[1]));
  for (const retry of retries) expect(retry).toBeGreaterThanOrEqual(500);
  expect(new Set(retries).size).toBeGreaterThan(1);

  for (const [request, status] of [
    [ready, 503],
    [change, 303],
  ] as const) {
    const answer = await request.finish();
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain("Connection: close");
  }
  expect(await app.exited).toEqual([0, null]);
  const exitedAfter = performance.now() - stoppedAt;
  expect(await site.tasks()).toEqual(["in flight"]);
  await expect.poll(() => site.proxies.database.connections() + site.proxies.listener.connections()).toBe(0);
  console.log(`SIGTERM: exited after ${Math.round(exitedAfter)} ms`);
});

test("a process with only live pages exits soon, on SIGINT and on SIGTERM", async () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const app = await start();
    const streams = await Promise.all(Array.from({ length: 10 }, () => openStream(app)));
    const stoppedAt = performance.now();
    app.process.kill(signal);
    await Promise.all(streams.map(({ ended }) => ended));
    expect(await app.exited).toEqual([0, null]);
    const tookMs = performance.now() - stoppedAt;
    console.log(`${signal} with 10 live pages: exited after ${Math.round(tookMs)} ms`);
  }
});

test("a signal a second after the first exits at once, whatever is in flight", async () => {
  const app = await start();
  const change = (await Promise.all([slowChange(app, "cut off").catch(() => "cut")]))[0];
  site.proxies.database.blackHole();
  const waiting = app.get("/", bob).catch(() => "cut");
  await delay(200);
  app.process.kill("SIGTERM");
  await expect.poll(async () => (await app.get("/readyz")).status, { interval: 20 }).toBe(503);
  const again = setInterval(() => app.process.kill("SIGTERM"), 100);
  onTestFinished(() => clearInterval(again));
  expect(await app.exited).toEqual([1, null]);
  expect(await waiting).toBe("cut");
  expect(change).toBeDefined();
});

test("a database that hangs does not stop the process from exiting, and requests that wait for it get an answer", async () => {
  const app = await start();
  await Promise.all(Array.from({ length: 10 }, () => app.get("/", bob)));
  await openStream(app);
  site.proxies.database.blackHole();
  site.proxies.listener.blackHole();
  onTestFinished(() => site.proxies.listener.heal());
  const page = app.get("/", bob);
  await delay(200);
  const stoppedAt = performance.now();
  app.process.kill("SIGTERM");
  expect((await page).status).toBe(503);
  expect(await app.exited).toEqual([0, null]);
  const tookMs = performance.now() - stoppedAt;
  console.log(`SIGTERM while the database hangs: exited after ${Math.round(tookMs)} ms`);
});

test("idle connections do not keep the process alive", async () => {
  const app = await start();
  const silent = connect(app.port, "127.0.0.1");
  const halfAsked = connect(app.port, "127.0.0.1");
  onTestFinished(() => [silent, halfAsked].forEach((socket) => void socket.destroy()));
  for (const socket of [silent, halfAsked]) socket.on("error", () => {});
  await Promise.all([once(silent, "connect"), once(halfAsked, "connect")]);
  halfAsked.write("GET / HTTP/1.1\r\nHost: localhost\r\n");
  await app.get("/livez");
  app.process.kill("SIGTERM");
  expect(await app.exited).toEqual([0, null]);
});

test("for a while after the signal new connections are taken, and their requests answered", async () => {
  const app = await start({ noticeMs: 9_000 });
  app.process.kill("SIGTERM");
  await expect.poll(async () => (await app.get("/readyz")).status, { interval: 20 }).toBe(503);
  const late = await app.post("/?index", { intent: "add", task: "just in time" }, bob);
  expect(late.status).toBe(303);
  expect(late.headers.get("Connection")).toBe("close");
  expect(await site.tasks()).toContain("just in time");
});
