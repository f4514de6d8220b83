import { beforeEach, expect, test, vi } from "vitest";
import { logAsJson } from "#app/platform/log.server.ts";
import { warnOfLostTriggers } from "#app/profiles/kept-profiles.server.ts";
import { runSql } from "#tests/loaders/browser.ts";

const stdout = vi.spyOn(console, "log").mockReturnValue();
beforeEach(() => {
  logAsJson("warn");
  stdout.mockClear();
});

test("a start without the triggers that keep users_sync is a warning that names the command", async () => {
  await runSql("comment on table neon_auth.users_sync is 'created by the migration users_sync_bridge'");
  await warnOfLostTriggers();
  expect(stdout.mock.calls).toEqual([[expect.stringMatching(/"event":"triggers lost".*db:migrate/)]]);
});

test("a start where something else fills users_sync is silent", async () => {
  await runSql("comment on table neon_auth.users_sync is 'created by the migration users_sync'");
  await warnOfLostTriggers();
  expect(stdout).not.toHaveBeenCalled();
});
