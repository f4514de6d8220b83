import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";
import { expect, test, vi } from "vitest";
import {
  configuredDatabaseUrl,
  exemptLoopbackFromProxies,
  InvalidEnvironment,
  readEnvironment,
  readLocalSettings,
} from "#app/platform/environment.server.ts";

const complete = {
  DATABASE_URL: "postgresql://user:password@db.example.com/todos",
  STACK_PROJECT_ID: "6f1ff9d5-1b8a-4a2e-9f6f-6c7c2a8f5b10",
  STACK_PUBLISHABLE_CLIENT_KEY: "pck",
  STACK_SECRET_SERVER_KEY: "ssk",
  APP_ORIGIN: "https://todos.example.com",
  SESSION_SECRET: "x".repeat(32),
};

test("all missing variables are named at once", () => {
  const problems = problemsOf({ STACK_API_URL: "https://stack.example.com" });
  for (const name of Object.keys(complete)) expect(problems).toContain(`${name} is missing`);
});

const { STACK_PROJECT_ID, STACK_PUBLISHABLE_CLIENT_KEY, STACK_SECRET_SERVER_KEY, ...withoutService } =
  complete;
const NEON_AUTH_BASE_URL = "https://ep-x.neonauth.eu-central-1.aws.neon.build/neondb/auth";

test("Neon Auth takes the place of the Stack variables", () => {
  const environment = readEnvironment({ ...withoutService, NEON_AUTH_BASE_URL: `${NEON_AUTH_BASE_URL}/` });
  expect(environment.neonAuthUrl).toBe(NEON_AUTH_BASE_URL);
  expect(() => environment.stack).toThrow("Neon Auth is chosen");
});

test("without Neon Auth and without a Stack project, a sentence says that one of them is needed", () => {
  expect(problemsOf(withoutService)).toEqual([
    expect.stringMatching(/^neither NEON_AUTH_BASE_URL nor STACK_PROJECT_ID is set: /),
  ]);
});

test.each([
  "STACK_PROJECT_ID",
  "STACK_SECRET_SERVER_KEY",
  "STACK_WEBHOOK_SECRET",
  "VITE_STACK_PROJECT_ID",
])("Neon Auth together with %s is refused", (name) => {
  expect(problemsOf({ ...withoutService, NEON_AUTH_BASE_URL, [name]: "whsec_x" })).toContainEqual(
    expect.stringMatching(`^NEON_AUTH_BASE_URL and ${name.replace("VITE_", "")} are set, but`),
  );
});

test.each([
  "http://ep-x.neonauth.example.com/neondb/auth",
  "https://user:password@example.com/neondb/auth",
  "https://example.com/neondb/auth?x=1",
  "example.com/neondb/auth",
])("NEON_AUTH_BASE_URL=%s is refused", (url) => {
  expect(problemsOf({ ...withoutService, NEON_AUTH_BASE_URL: url })).toEqual([
    expect.stringMatching(/^NEON_AUTH_BASE_URL /),
  ]);
});

test.each([
  ["DATABASE_URL", "mysql://db.example.com/todos"],
  ["DATABASE_URL", "postgresql://db.example.com/todos"],
  ["DATABASE_URL", "postgresql://user:password@db.example.com"],
  ["DATABASE_URL", "postgresql://user:pass#word@db.example.com/todos"],
  ["DATABASE_URL", "postgresql://user:pass/word@db.example.com/todos"],
  ["DATABASE_URL", "postgresql://user:password@/todos?host=/var/run/postgresql"],
  ["DATABASE_URL", "postgresql://user:password@%2Fvar%2Frun%2Fpostgresql/todos"],
  ["DATABASE_URL", "postgresql://user:password@db.example.com/todos?user=other"],
  ["DATABASE_URL", "postgresql://user:password@db.example.com/todos?schema=todos"],
  ["DATABASE_URL", "postgresql://user:password@db.example.com/todos?sslmode=no-verify"],
  ["DATABASE_URL", "postgresql://user:password@db.example.com/todos?sslrootcert=/nowhere.pem"],
  ["APP_ORIGIN", "todos.example.com"],
  ["APP_ORIGIN", "https://todos.example.com/app"],
  ["SESSION_SECRET", "short"],
  ["PORT", "http"],
  ["PORT", "70000"],
  ["TRUST_PROXY_HOPS", "-1"],
  ["LOG_LEVEL", "loud"],
  ["STACK_API_URL", "api.example.com"],
  ["STACK_WEBHOOK_SECRET", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
  ["STACK_WEBHOOK_SECRET", "whsec_"],
  ["STACK_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"],
  ["STACK_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_"],
])("%s=%s is refused by name", (name, value) => {
  expect(problemsOf({ ...complete, [name]: value })).toEqual([expect.stringMatching(`^${name} `)]);
});

test.each([
  "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
  "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
])("the webhook's secret %s is accepted, and can make signatures", (secret) => {
  const { stackWebhookSecret } = readEnvironment({ ...complete, STACK_WEBHOOK_SECRET: secret });
  expect(stackWebhookSecret).toBe(secret);
  expect(new Webhook(secret).sign("msg", new Date(), "{}")).toMatch(/^v1,/);
});

test("`.env.example` explains every variable that is read", () => {
  const source = readFileSync("app/platform/environment.server.ts", "utf8");
  const read = [...source.matchAll(/^ {2}([A-Z]+_[A-Z_]+|PORT|HOST): /gm)].map(([, name = ""]) => name);
  expect(read).toEqual(expect.arrayContaining(["DATABASE_URL", "HOST", "LOCAL_OAUTH_PROVIDERS"]));
  const explained = readFileSync(".env.example", "utf8").match(/(?<=^(# )?)[A-Z_]+(?==)/gm);
  expect(read.filter((name) => name !== "NODE_ENV" && !explained?.includes(name))).toEqual([]);
});

test("an empty variable counts as not set", () => {
  expect(problemsOf({ ...complete, SESSION_SECRET: " ", PORT: "" })).toEqual(["SESSION_SECRET is missing"]);
});

test("the names that Neon's console prints are accepted", () => {
  const { STACK_PROJECT_ID, STACK_PUBLISHABLE_CLIENT_KEY, ...rest } = complete;
  const { stack } = readEnvironment({
    ...rest,
    NEXT_PUBLIC_STACK_PROJECT_ID: "next",
    VITE_STACK_PUBLISHABLE_CLIENT_KEY: "vite",
  });
  expect(stack).toMatchObject({ projectId: "next", publishableClientKey: "vite" });
});

test.each([
  ["postgresql://u:p@ep-x-1-pooler.eu.aws.neon.tech/db", "postgresql://u:p@ep-x-1.eu.aws.neon.tech/db"],
  ["postgresql://u:p@db-pooler.example.com/db", "postgresql://u:p@db-pooler.example.com/db"],
])("migrations and LISTEN for %s go to %s", (DATABASE_URL, direct) => {
  expect(readEnvironment({ ...complete, DATABASE_URL }).databaseUrlUnpooled).toBe(direct);
  expect(configuredDatabaseUrl({ DATABASE_URL })).toBe(direct);
});

test.each([
  ["postgres://u:50%off@db/todos?pgbouncer=true", "postgres://u:50%25off@db/todos"],
  ["postgresql://u:p@db/todos?sslmode=prefer&keepalives=1", "postgresql://u:p@db/todos?sslmode=prefer"],
  ["postgresql://u:p@db/todos?ssl=true", "postgresql://u:p@db/todos?sslmode=require"],
  [
    "postgresql://u:p@ep-x-1.eu.aws.neon.tech/db?sslmode=disable",
    "postgresql://u:p@ep-x-1.eu.aws.neon.tech/db",
  ],
])("the app and its commands read %s as %s", (DATABASE_URL, read) => {
  expect(readEnvironment({ ...complete, DATABASE_URL }).databaseUrl).toBe(read);
  expect(configuredDatabaseUrl({ DATABASE_URL_UNPOOLED: DATABASE_URL })).toBe(read);
});

test.each(["DATABASE_URL", "STACK_WEBHOOK_SECRET"])("a refused %s is not printed", (name) => {
  const secret = "postgres-password-without-a-scheme";
  const problems = problemsOf({ ...complete, [name]: secret });
  expect(problems).toHaveLength(1);
  expect(problems.join()).not.toContain(secret);
});

test("local mode's project allows everything, with either provider, and requires no verified email", () => {
  const blank = { LOCAL_REQUIRE_VERIFIED_EMAIL: "", LOCAL_ALLOW_SIGN_UP: "", LOCAL_OAUTH_PROVIDERS: "" };
  for (const variables of [{}, blank]) {
    expect(readLocalSettings(variables).authSettings).toEqual({
      requiresVerifiedEmail: false,
      allowsSignUp: true,
      allowsPasswords: true,
      allowsMagicLinks: true,
      allowsAccountDeletion: true,
      oauthProviders: ["github", "google"],
    });
  }
});

test("local mode's project is set by variables", () => {
  const variables = {
    LOCAL_REQUIRE_VERIFIED_EMAIL: "true",
    LOCAL_ALLOW_SIGN_UP: "false",
    LOCAL_ALLOW_PASSWORDS: "false",
    LOCAL_ALLOW_MAGIC_LINKS: "false",
    LOCAL_ALLOW_ACCOUNT_DELETION: "false",
  };
  expect(readLocalSettings(variables).authSettings).toMatchObject({
    requiresVerifiedEmail: true,
    allowsSignUp: false,
    allowsPasswords: false,
    allowsMagicLinks: false,
    allowsAccountDeletion: false,
  });
});

test.each([
  ["google", ["google"]],
  [" google , github ", ["google", "github"]],
  ["github,github", ["github"]],
  ["none", []],
])("LOCAL_OAUTH_PROVIDERS=%s makes the providers %j", (LOCAL_OAUTH_PROVIDERS, providers) => {
  expect(readLocalSettings({ LOCAL_OAUTH_PROVIDERS }).authSettings.oauthProviders).toEqual(providers);
});

test("all malformed variables of local mode are named at once", () => {
  const variables = {
    LOCAL_SYNC_DELAY_MS: "soon",
    LOCAL_REQUIRE_VERIFIED_EMAIL: "yes",
    LOCAL_ALLOW_SIGN_UP: "1",
    LOCAL_OAUTH_PROVIDERS: "github,myspace",
  };
  expect(problemsOf(variables, readLocalSettings)).toEqual([
    "LOCAL_SYNC_DELAY_MS is not a number",
    "LOCAL_REQUIRE_VERIFIED_EMAIL must be true or false",
    "LOCAL_ALLOW_SIGN_UP must be true or false",
    "LOCAL_OAUTH_PROVIDERS must be a comma-separated list of github and google, or none",
  ]);
});

test.each(["github,", "none,github", "GitHub"])("LOCAL_OAUTH_PROVIDERS=%s is refused", (providers) => {
  expect(problemsOf({ LOCAL_OAUTH_PROVIDERS: providers }, readLocalSettings)).toHaveLength(1);
});

function problemsOf(
  variables: Record<string, string>,
  read: (variables: Record<string, string>) => unknown = readEnvironment,
): string[] {
  try {
    read(variables);
    return [];
  } catch (error) {
    if (error instanceof InvalidEnvironment) return error.problems;
    throw error;
  }
}

test.each([
  [{}, "localhost,127.0.0.1,[::1],::1"],
  [{ NO_PROXY: ".corp.example, localhost" }, ".corp.example,localhost,127.0.0.1,[::1],::1"],
  [{ no_proxy: "lower.example", NO_PROXY: "upper.example" }, "lower.example,localhost,127.0.0.1,[::1],::1"],
  [{ NO_PROXY: "*" }, "*"],
])("with the exemptions %j this machine is exempt from proxies too", (variables, exempt) => {
  const { NO_PROXY, no_proxy }: Record<string, string> = variables;
  vi.stubEnv("NO_PROXY", NO_PROXY);
  vi.stubEnv("no_proxy", no_proxy);
  for (const _ of ["at the start", "again"]) {
    exemptLoopbackFromProxies();
    expect(process.env.no_proxy ?? process.env.NO_PROXY).toBe(exempt);
  }
});
