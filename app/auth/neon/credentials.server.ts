import { z } from "zod";
import type { Credentials, Tokens } from "#app/auth/provider/auth-provider.ts";
import { AuthFault, AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { changeAtNeon, done } from "./client.server.ts";
import { tokensOf } from "./tokens.server.ts";

const signInLimitMs = 4_000;
const signOutLimitMs = 2_000;

/** Null where users have to verify their address first. */
const sessionSchema = z.object({ token: z.string().nullable() });

/** @throws {AuthRefusal} EMAIL_NOT_VERIFIED when the account was created, and has to be verified first */
export async function signUp(
  { name, email, password }: Credentials & { name: string },
  verificationCallbackUrl: string,
): Promise<Tokens> {
  const body = { name, email, password, callbackURL: verificationCallbackUrl };
  const signedUp = changeAtNeon(sessionSchema, "/sign-up/email", { body }).then(toTokens);
  return signedUp.catch((error) => signInIfCreated({ email, password }, error));
}

/** Without an answer the account may exist all the same: then its password signs in. */
async function signInIfCreated(credentials: Credentials, error: unknown): Promise<Tokens> {
  if (!(error instanceof AuthFault) || error.status === 429) throw error;
  return signIn(credentials).catch(() => {
    throw error;
  });
}

export async function signIn({ email, password }: Credentials): Promise<Tokens> {
  return toTokens(
    await changeAtNeon(sessionSchema, "/sign-in/email", { body: { email, password } }, signInLimitMs),
  );
}

async function toTokens(answer: {
  content: { token: string | null };
  session: string | undefined;
}): Promise<Tokens> {
  if (answer.session) return tokensOf(answer.session);
  if (answer.content.token === null) throw new AuthRefusal("EMAIL_NOT_VERIFIED");
  throw new AuthFault("Neon Auth gave no session");
}

export async function signOut({ refreshToken }: Tokens): Promise<void> {
  await changeAtNeon(done, "/sign-out", { session: refreshToken }, signOutLimitMs);
}
