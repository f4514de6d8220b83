import { HttpResponse, http } from "msw";
import sql from "sql-template-tag";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { database } from "#app/db/current.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { sweep } from "#app/db/sweep.server.ts";
import { networkOf } from "#app/limits/network.server.ts";
import { SharedCounts } from "#app/limits/shared-counts.server.ts";
import { inRequest } from "#app/platform/request-context.server.ts";
import { action as magicLink } from "#app/routes/auth/magic-link/route.tsx";
import { action as forgotPassword } from "#app/routes/auth/password/forgot-password.tsx";
import { action as resetPassword } from "#app/routes/auth/password/reset-password.tsx";
import { action as signIn } from "#app/routes/auth/password/sign-in.tsx";
import { action as signUp } from "#app/routes/auth/password/sign-up.tsx";
import { action as verifyEmail } from "#app/routes/auth/verify-email/route.tsx";
import { Browser, runSql } from "#tests/loaders/browser.ts";
import { roundTrips } from "#tests/loaders/stats/downloads.ts";
import { stack } from "#tests/setup/stack.ts";
import { countTo, guess, told } from "./limits.ts";

vi.spyOn(console, "error").mockReturnValue();

const publicForms = [
  [signIn, "/sign-in"],
  [signUp, "/sign-up"],
  [forgotPassword, "/forgot-password"],
  [resetPassword, "/reset-password?code=x"],
  [magicLink, "/magic-link"],
  [magicLink, "/magic-link?code=x"],
  [verifyEmail, "/verify-email"],
] as const;

/** Posts invalid fields to each form in turn. */
async function postFrom(
  address: string,
  count: number,
  [name, value] = ["email", "typed"],
): Promise<Response[]> {
  const answers: Response[] = [];
  await inRequest({ reference: "r", clientAddress: address }, async () => {
    for (let time = 0; time < count; time++) {
      const [action, path] = publicForms[time % publicForms.length] ?? publicForms[0];
      answers.push(await new Browser().post(action, path, { [name]: value }));
    }
  });
  return answers;
}

test("an address may send 300 posts in 15 minutes, whatever is in them, without affecting other addresses", async () => {
  const address = "192.0.2.1";
  stack.use(http.all("http://stack.test/*", () => HttpResponse.error()));
  const taken = await postFrom(address, publicForms.length);
  await countTo(299);
  taken.push(...(await postFrom(address, 1)));
  expect(taken.map(({ status }) => status)).not.toContain(429);
  const refused = await postFrom(address, publicForms.length);
  const form = "Too many forms were sent from your network. Try again in 15 minutes.";
  for (const [index, [, path]] of publicForms.entries()) {
    const { errors, typed } = await told(refused[index] ?? Response.error(), 900);
    expect(errors, path).toEqual({ form });
    expect(typed.email, path).toBe(
      ["/sign-in", "/sign-up", "/forgot-password", "/magic-link"].includes(path) ? "typed" : undefined,
    );
  }
  const made = roundTrips();
  await postFrom(address, 1);
  expect(made(), "the process knows").toBe(0);
  const [other] = await postFrom("192.0.2.2", 1);
  expect(other?.status).toBe(400);
  expect((await new Browser().signIn({ email: "typed" })).status, "without an address").toBe(400);
});

test("the addresses of one client's IPv6 network are counted together", async () => {
  const post = async (address: string) => (await postFrom(address, 1)).map(({ status }) => status);
  await post("2001:db8:1:2::1");
  await countTo(299);
  expect(await post("2001:db8:1:2:3:4:5:6")).toEqual([400]);
  expect(await post("2001:db8:1:2::7")).toEqual([429]);
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:0001:0002::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8:0:0:1::", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["unknown", "unknown"],
])("a client at %s is counted as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test("a stored limit does not reveal whose it is", async () => {
  await guess("bob@example.com", 1);
  await postFrom("192.0.2.77", 1);
  const rows = await database().query(
    statement(z.object({ key: z.string() }), sql`select key from request_limits order by key`),
  );
  expect(rows).toContainEqual({ key: expect.stringMatching(/^passwords:[\w-]{43}$/) });
  for (const { key } of rows) expect(key).toMatch(/^(passwords|posts):[\w-]{43}$/);
});

test("a sweep removes expired counts, and nothing else", async () => {
  await runSql("delete from request_limits");
  await runSql(`insert into request_limits (key, points, expires_at)
    values ('over', 1, now()), ('not over', 1, now() + interval '1 minute')`);
  await sweep();
  expect(
    await database().query(statement(z.object({ key: z.string() }), sql`select key from request_limits`)),
  ).toEqual([{ key: "not over" }]);
});

test.each([
  1, 2,
])("what is given back %i times without having been counted allows nothing more", async (times) => {
  const counts = new SharedCounts({ keyPrefix: "test", points: 1, duration: 60 });
  const key = String(times);
  for (let time = 0; time < times; time++) await counts.reward(key);
  await counts.consume(key);
  await expect(counts.consume(key)).rejects.toMatchObject({ consumedPoints: 2 });
});
