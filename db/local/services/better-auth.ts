import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { admin, jwt } from "better-auth/plugins";
import pg from "pg";
import { openSession } from "#db/session.ts";
import type { Purpose } from "#tests/mocks/stack/mail-texts.ts";
import { type ProjectSettings, recordedSettings } from "#tests/mocks/stack/project-settings.ts";

interface BetterAuthSettings {
  /** Of the app's database: its schema neon_auth gets the tables. */
  databaseUrl: string;
  /** As NEON_AUTH_BASE_URL: with a path, and without a trailing slash. */
  baseUrl: string;
  secret: string;
  /** Trusted, as in Neon's console. */
  appOrigin?: string;
  /** Those of a Stack project that Better Auth has, too; the recorded ones by default. */
  settings?: Partial<ProjectSettings>;
  onMail?(mail: { to: string; purpose: Purpose; link: string }): unknown;
  /** Better Auth's own, scrypt, by default. */
  passwords?: {
    hash(password: string): Promise<string>;
    verify(data: { hash: string; password: string }): Promise<boolean>;
  };
}

interface NewUser {
  email: string;
  name: string;
  password: string;
  isAdmin?: boolean;
}

interface BetterAuthServer extends AsyncDisposable {
  answer(request: Request): Promise<Response>;
  /** Its address counts as verified. @returns false if an account, which is left alone, already has that address */
  createUser(user: NewUser): Promise<boolean>;
}

/** Better Auth, with its tables, ids, tokens, and plugins as Neon has them. */
export async function openBetterAuth({
  databaseUrl,
  baseUrl,
  secret,
  appOrigin,
  settings: given = {},
  onMail = () => {},
  passwords,
}: BetterAuthSettings): Promise<BetterAuthServer> {
  const settings = { ...recordedSettings, ...given };
  const url = new URL(databaseUrl);
  url.searchParams.set("options", "-c search_path=neon_auth");
  const pool = new pg.Pool({ connectionString: url.href, connectionTimeoutMillis: 10_000 });
  // A restore cuts its connections. Without a listener that would end the process.
  pool.on("error", () => {});
  const { origin, pathname } = new URL(baseUrl);
  const options = {
    baseURL: origin,
    basePath: pathname,
    secret,
    database: pool,
    telemetry: { enabled: false },
    // Its warnings name who cannot sign in.
    logger: { level: "error" },
    advanced: { database: { generateId: "uuid" } },
    trustedOrigins: appOrigin ? [appOrigin] : [],
    rateLimit: { enabled: false },
    emailAndPassword: {
      enabled: settings.allowsPasswords,
      disableSignUp: !settings.allowsSignUp,
      ...(passwords && { password: passwords }),
      requireEmailVerification: settings.requiresVerifiedEmail,
      sendResetPassword: async ({ user, url }) => {
        await onMail({ to: user.email, purpose: "password reset", link: url });
      },
    },
    emailVerification: {
      sendOnSignUp: true,
      sendVerificationEmail: async ({ user, url }) => {
        await onMail({ to: user.email, purpose: "e-mail verification", link: url });
      },
    },
    user: { deleteUser: { enabled: settings.allowsAccountDeletion } },
    plugins: [
      admin(),
      jwt({
        jwks: { jwksPath: "/.well-known/jwks.json", keyPairConfig: { alg: "EdDSA", crv: "Ed25519" } },
        jwt: { issuer: origin, audience: origin, expirationTime: "15m" },
      }),
    ],
  } satisfies BetterAuthOptions;
  try {
    await createSchema(databaseUrl);
    await (await getMigrations(options)).runMigrations();
    const auth = betterAuth(options);
    return {
      answer: auth.handler,
      async createUser({ email, name, password, isAdmin = false }) {
        const { internalAdapter } = await auth.$context;
        if (await internalAdapter.findUserByEmail(email)) return false;
        const role = isAdmin ? "admin" : "user";
        await auth.api.createUser({ body: { email, name, password, role, data: { emailVerified: true } } });
        return true;
      },
      [Symbol.asyncDispose]: () => pool.end(),
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function createSchema(databaseUrl: string): Promise<void> {
  await using session = await openSession(databaseUrl);
  await session.query("create schema if not exists neon_auth");
}
