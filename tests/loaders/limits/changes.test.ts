import { afterEach, expect, test, vi } from "vitest";
import { countChange } from "#app/limits/limits.server.ts";
import { action as changeAccount } from "#app/routes/account/route.tsx";
import { allTodos, signedIn, signedUp } from "#tests/loaders/browser.ts";
import { allProfiles } from "#tests/loaders/stack-users.ts";
import { newEmail, told } from "./limits.ts";

vi.spyOn(console, "error").mockReturnValue();
afterEach(() => void vi.useRealTimers());

test("a user may make 120 changes in a minute, and then the typed text stays in its field until they may continue", async () => {
  const [bob, doug] = [await signedIn("bob"), await signedIn("doug")];
  const key = crypto.randomUUID();
  const kinds = [
    { intent: "toggle", id: "9223372036854775807", complete: "true" },
    { intent: "edit", id: "9223372036854775807", task: "x" },
    { intent: "delete", id: "9223372036854775807" },
    { intent: "restore", batch: key },
    { intent: "toggle-all", id: "9223372036854775807", complete: "true" },
    { intent: "clear-completed" },
  ];
  for (const kind of kinds) expect((await bob.change(kind)).status, kind.intent).not.toBe(429);
  for (let change = kinds.length; change < 120; change++) await countChange(bob.userId);
  const add = { intent: "add", task: "One too many", key };
  const answer = await bob.change(add);
  const retryAfter = Number(answer.headers.get("Retry-After"));
  expect(await told(answer.clone(), 60)).toMatchObject({
    typed: { task: "One too many" },
    key,
    isTemporary: true,
    retryAfter,
  });
  expect(await answer.json()).toMatchObject({
    errors: {
      form: expect.stringMatching(/^Too many changes in one minute\. Try again in (1 minute|\d+ seconds)\.$/),
    },
  });
  for (const kind of kinds) expect((await bob.change(kind)).status, kind.intent).toBe(429);
  expect(await allTodos()).toEqual([]);
  expect((await bob.todosPage()).status).toBe(200);
  expect(await doug.change({ intent: "add", task: "Mine" })).toRedirectTo("/");

  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  expect(await bob.change(add)).toRedirectTo("/");
});

test("changes to the account count toward the 120", async () => {
  const email = newEmail();
  const bob = await signedUp(email);
  const profile = (await allProfiles()).find(({ user }) => user.primary_email === email);
  for (let change = 0; change < 119; change++) await countChange(profile?.user.id ?? "");
  const rename = () => bob.post(changeAccount, "/account", { intent: "name", name: "Bobby" });
  expect((await rename()).status).toBe(303);
  expect(await told(await rename(), 60)).toMatchObject({ typed: { intent: "name", name: "Bobby" } });
});
