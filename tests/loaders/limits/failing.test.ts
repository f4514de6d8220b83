import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { countLimits } from "#app/limits/shared-counts.server.ts";
import { Browser, runSql, signedUp } from "#tests/loaders/browser.ts";
import { defaultWaitMs, guess, newEmail, password, times } from "./limits.ts";

const log = vi.spyOn(console, "error").mockReturnValue();
let now = Date.now();

beforeEach(() => {
  // After the pause that the previous test started, during which the database is not asked.
  now += 10_000;
  vi.useFakeTimers({ toFake: ["Date"], now });
});
afterEach(() => {
  log.mockClear();
  vi.useRealTimers();
});

/** What the log says about counting. */
function logged(): string[] {
  return log.mock.calls.map(String).filter((line) => line.startsWith("Counting for a limit"));
}

test("while Postgres cannot count, the process counts by itself, and asks again after a pause", async () => {
  const email = newEmail();
  await signedUp(email);
  await runSql("alter table request_limits rename to away");
  expect(await guess(email, 11)).toEqual([...times(10, 400), 429]);
  expect((await new Browser().signIn({ email, password })).status).toBe(429);
  expect(logged()).toHaveLength(1);

  await runSql("alter table away rename to request_limits");
  expect((await new Browser().signIn({ email, password })).status).toBe(429);
  vi.setSystemTime(Date.now() + 5_000);
  expect(await new Browser().signIn({ email, password })).toRedirectTo("/");
});

test("a database that hangs delays one sign-in by two seconds, and then none", async () => {
  const email = newEmail();
  await signedUp(email);
  await runSql(
    "create function hang() returns trigger language plpgsql as 'begin perform pg_sleep(20); end'",
  );
  countLimits.waitMs = defaultWaitMs;
  await runSql("create trigger hanging before insert on request_limits execute function hang()");
  try {
    const durations: number[] = [];
    for (let time = 0; time < 2; time++) {
      const startedAt = performance.now();
      expect(await new Browser().signIn({ email, password })).toRedirectTo("/");
      durations.push(performance.now() - startedAt);
    }
    const [first = 0, second = 0] = durations;
    expect(first).toBeGreaterThan(1_900);
    expect(first).toBeLessThan(15_000);
    expect(second).toBeLessThan(first - 1_000);
    expect(logged()).toHaveLength(1);
  } finally {
    await runSql("drop function hang() cascade");
  }
});
