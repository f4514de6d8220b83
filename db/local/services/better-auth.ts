import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { admin, jwt } from "better-auth/plugins";
import pg from "pg";
import { openSession } from "#db/session.ts";

interface BetterAuthSettings {
  /** Of the app's database: its schema neon_auth gets the tables. */
  databaseUrl: string;
  /** As NEON_AUTH_BASE_URL: with a path, and without a trailing slash. */
  baseUrl: string;
  secret: string;
  /** Trusted, as in Neon's console. */
  appOrigin?: string;
  requiresVerifiedEmail?: boolean;
  onMail?(mail: { to: string; link: string }): void;
  /** Better Auth's own, scrypt, by default. */
  passwords?: {
    hash(password: string): Promise<string>;
    verify(data: { hash: string; password: string }): Promise<boolean>;
  };
}

interface BetterAuthServer extends AsyncDisposable {
  answer(request: Request): Promise<Response>;
}

/** Better Auth, with its tables, ids, tokens, and plugins as Neon has them. */
export async function openBetterAuth({
  databaseUrl,
  baseUrl,
  secret,
  appOrigin,
  requiresVerifiedEmail = false,
  onMail = () => {},
  passwords,
}: BetterAuthSettings): Promise<BetterAuthServer> {
  const url = new URL(databaseUrl);
  url.searchParams.set("options", "-c search_path=neon_auth");
  const pool = new pg.Pool({ connectionString: url.href });
  const { origin, pathname } = new URL(baseUrl);
  const options = {
    baseURL: origin,
    basePath: pathname,
    secret,
    database: pool,
    telemetry: { enabled: false },
    advanced: { database: { generateId: "uuid" } },
    trustedOrigins: appOrigin ? [appOrigin] : [],
    rateLimit: { enabled: false },
    emailAndPassword: {
      enabled: true,
      ...(passwords && { password: passwords }),
      requireEmailVerification: requiresVerifiedEmail,
      sendResetPassword: async ({ user, url }) => onMail({ to: user.email, link: url }),
    },
    emailVerification: {
      sendOnSignUp: true,
      sendVerificationEmail: async ({ user, url }) => onMail({ to: user.email, link: url }),
    },
    user: { deleteUser: { enabled: true } },
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
    return { answer: auth.handler, [Symbol.asyncDispose]: () => pool.end() };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function createSchema(databaseUrl: string): Promise<void> {
  await using session = await openSession(databaseUrl);
  await session.query("create schema if not exists neon_auth");
}
