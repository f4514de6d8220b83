import { decodeJwt } from "jose";
import { z } from "zod";
import type { Tokens } from "#app/auth/provider/auth-provider.ts";
import { AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { changeAtNeon, done } from "./client.server.ts";

/** The user does not wait: the time that an email takes would tell that the address has an account. */
export async function startPasswordReset(email: string, callbackUrl: string): Promise<void> {
  changeAtNeon(done, "/request-password-reset", { body: { email, redirectTo: callbackUrl } }).catch((error) =>
    logOutage("Mailing a link to set a new password", error),
  );
}

/** Better Auth ends the sessions only where it is configured to. */
export async function resetPassword(code: string, password: string): Promise<void> {
  await changeAtNeon(done, "/reset-password", { body: { token: code, newPassword: password } });
}

const claimsSchema = z.object({ email: z.string() });

/** Neon Auth's own address verifies, and then leads to `callbackUrl`: no code arrives here. */
export async function sendVerificationMail(tokens: Tokens, callbackUrl: string): Promise<void> {
  const claims = claimsSchema.safeParse(decodeJwt(tokens.accessToken)).data;
  if (!claims) throw new AuthRefusal("NO_PRIMARY_EMAIL");
  const body = { email: claims.email, callbackURL: callbackUrl };
  await changeAtNeon(done, "/send-verification-email", { session: tokens.refreshToken, body });
}
