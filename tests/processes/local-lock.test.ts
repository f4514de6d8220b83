import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { expect, test } from "vitest";
import { acquireLock, lockHolder } from "#db/local/directory/lock.ts";

// The platform this runs on, and one that has neither abstract sockets nor pipes.
const platforms = [process.platform, "darwin"] as const;

test.each(platforms)("a lock is refused while it is held, and free afterwards (%s)", async (platform) => {
  const name = randomUUID();
  expect(await lockHolder(name, platform)).toBeUndefined();

  const release = await acquireLock(name, platform);
  expect(release).toBeDefined();
  expect(await acquireLock(name, platform)).toBeUndefined();
  expect(await lockHolder(name, platform)).toBe(process.pid);

  await release?.();
  const again = await acquireLock(name, platform);
  expect(again).toBeDefined();
  await again?.();
});

test.each(platforms)("a lock is free once its holder is killed (%s)", async (platform) => {
  const name = randomUUID();
  const script = `
    import { acquireLock } from "./db/local/directory/lock.ts";
    await acquireLock("${name}", "${platform}");
    console.log("locked");
    setInterval(() => {}, 60_000);
  `;
  const holder = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]);
  await once(holder.stdout, "data");
  expect(await acquireLock(name, platform)).toBeUndefined();
  expect(await lockHolder(name, platform)).toBe(holder.pid);

  holder.kill("SIGKILL");
  await once(holder, "close");
  const release = await acquireLock(name, platform);
  expect(release).toBeDefined();
  await release?.();
});

test("locks with different names are independent", async () => {
  const [one, other] = [await acquireLock(randomUUID()), await acquireLock(randomUUID())];
  expect(one).toBeDefined();
  expect(other).toBeDefined();
  await one?.();
  await other?.();
});
