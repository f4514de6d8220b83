import { z } from "zod";
import type { Tokens } from "#app/auth/provider/auth-provider.ts";
import { AuthFault, AuthRefusal, UnknownOutcome } from "#app/auth/provider/errors.server.ts";
import { changeAtNeon, done, readNeon } from "./client.server.ts";

export async function rename({ refreshToken }: Tokens, name: string | null): Promise<void> {
  await changeAtNeon(done, "/update-user", { session: refreshToken, body: { name: name ?? "" } });
}

const changedSchema = z.object({ user: z.object({ id: z.string() }) });

/** Better Auth's `revokeOtherSessions` would replace this session, too. */
export async function changePassword(tokens: Tokens, passwords: { old: string; new: string }): Promise<void> {
  const body = { currentPassword: passwords.old, newPassword: passwords.new };
  await changeAtNeon(changedSchema, "/change-password", { session: tokens.refreshToken, body });
  try {
    await endOtherSessions(tokens);
  } catch (cause) {
    throw new UnknownOutcome("The password was changed, but other sessions may go on", { cause });
  }
}

const sessionsSchema = z.array(z.object({ token: z.string().min(1) }));
/** Then no more are ended, and the user can try again. */
const endingLimitMs = 15_000;

export async function endOtherSessions({ refreshToken: session }: Tokens): Promise<number> {
  const startedAt = Date.now();
  const all = await readNeon(sessionsSchema, "/list-sessions", { session });
  // The cookie holds the token, and then its signature.
  const [own] = decodeURIComponent(session.slice(session.indexOf("=") + 1)).split(".");
  const others = all.filter(({ token }) => token !== own);
  if (others.length === all.length) throw new AuthFault("Neon Auth does not list this session");
  for (const { token } of others) {
    if (Date.now() - startedAt > endingLimitMs)
      throw new UnknownOutcome("Ending the sessions takes too long");
    await changeAtNeon(done, "/revoke-session", { session, body: { token } });
  }
  return others.length;
}

export async function deleteAccount({ refreshToken }: Tokens): Promise<void> {
  try {
    await changeAtNeon(done, "/delete-user", { session: refreshToken });
  } catch (error) {
    // Where users may not delete their own accounts, Better Auth has no such path.
    if (error instanceof AuthFault && error.status === 404)
      throw new AuthRefusal("ACCOUNT_DELETION_NOT_ENABLED");
    throw error;
  }
}
