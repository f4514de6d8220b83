import { expect, test } from "vitest";
import { environment } from "#app/platform/environment.server.ts";
import { checkDatabase } from "#db/commands/doctor/database.ts";
import type { Finding } from "#db/commands/doctor/finding.ts";
import { checkNeonAuth } from "#db/commands/doctor/neon-auth.ts";
import { runSql } from "#tests/loaders/browser.ts";
import { startNeonAuth } from "./neon-auth.ts";

const neon = await startNeonAuth();

async function found(check: AsyncGenerator<Finding>): Promise<string[]> {
  const lines: string[] = [];
  for await (const { outcome, text } of check) lines.push(`${outcome}: ${text}`);
  return lines;
}

test("doctor confirms a Neon Auth that is set up", async () => {
  const { host } = new URL(neon.baseUrl);
  expect(await found(checkNeonAuth(environment()))).toEqual([
    `good: Neon Auth on ${host} answers, and has keys for the tokens that the app accepts.`,
    "good: Users sign in there with a password.",
    "good: http://localhost:3000 is trusted there.",
  ]);
});

test.each([
  ["no Neon Auth", "", () => new Response("Not found", { status: 404 }), /^bad: Neon Auth on .* 404\.$/],
  [
    "keys of another kind",
    "",
    () => Response.json({ keys: [{ kty: "RSA" }] }),
    /^bad: Neon Auth on .* makes no sense/,
  ],
  [
    "passwords that are switched off",
    "/sign-in/email",
    () => Response.json({ code: "EMAIL_PASSWORD_DISABLED" }, { status: 400 }),
    /^bad: .* refused with PASSWORD_AUTHENTICATION_NOT_ENABLED\.$/,
  ],
  [
    "a site that is not trusted",
    "/sign-out",
    () => Response.json({ code: "INVALID_ORIGIN" }, { status: 403 }),
    /^bad: .*http:\/\/localhost:3000: refused/,
  ],
])("doctor reports %s", async (_, path, failure, line) => {
  neon.answerWith((request) => (request.url.endsWith(path) ? failure() : neon.answer(request)));
  const lines = await found(checkNeonAuth(environment()));
  expect(lines.filter((each) => !each.startsWith("good"))).toEqual([expect.stringMatching(line)]);
});

test("doctor says whether triggers keep the profiles of Neon Auth's users", async () => {
  expect(await found(checkDatabase(environment()))).toContain(
    'good: Triggers on neon_auth."user" keep neon_auth.users_sync.',
  );
  await runSql(`drop trigger profile_of_user on neon_auth."user"`);
  expect(await found(checkDatabase(environment()))).toContainEqual(
    expect.stringMatching(/^bad: The triggers on neon_auth\."user" .* are gone/),
  );
  await runSql("comment on table neon_auth.users_sync is null");
  expect(await found(checkDatabase(environment()))).toContainEqual(
    expect.stringMatching(/^bad: No triggers keep neon_auth\.users_sync/),
  );
});
