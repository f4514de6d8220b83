import { http, passthrough } from "msw";
import { afterAll, beforeEach } from "vitest";
import { environment } from "#app/platform/environment.server.ts";
import { openBetterAuth } from "#db/local/services/better-auth.ts";
import { type Answer, openLoopbackServer } from "#db/local/services/loopback-server.ts";
import { runSql } from "#tests/loaders/browser.ts";
import type { ProjectSettings } from "#tests/mocks/stack/project-settings.ts";
import { network } from "#tests/setup/network.ts";

/** Scrypt takes a second and more on a busy machine, and a sign-in that takes 4 s is given up. */
const plainPasswords = {
  hash: async (password: string) => `not hashed: ${password}`,
  verify: async ({ hash, password }: { hash: string; password: string }) =>
    hash === `not hashed: ${password}`,
};

/**
 * From here on the users of this test file are those of a real Better Auth server, on its own port, with its tables in
 * the app's database.
 */
export async function startNeonAuth(settings: Partial<ProjectSettings> = {}) {
  const { databaseUrl, appOrigin } = environment();
  const server = await openLoopbackServer(0);
  const baseUrl = `${server.origin}/todos/auth`;
  const mails: { to: string; link: string }[] = [];
  const betterAuth = await openBetterAuth({
    databaseUrl,
    baseUrl,
    secret: "a secret for tests, 32 characters or more",
    appOrigin,
    passwords: plainPasswords,
    onMail: (mail) => mails.unshift(mail),
    settings,
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await betterAuth[Symbol.asyncDispose]();
  });
  await runSql("select bridge_users_sync()");
  environment().neonAuthUrl = baseUrl;

  const requests: string[] = [];
  const answerWith = (answer: Answer) =>
    server.answerWith((request) => {
      requests.push(`${request.method} ${new URL(request.url).pathname.slice("/todos/auth".length)}`);
      return answer(request);
    });
  const answer: Answer = (request) => betterAuth.answer(request);
  beforeEach(() => {
    answerWith(answer);
    requests.length = 0;
    network.use(http.all(`${server.origin}/*`, () => passthrough()));
  });
  return { baseUrl, mails, requests, answer, answerWith };
}
