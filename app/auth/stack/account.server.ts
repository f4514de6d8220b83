import { z } from "zod";
import type { Tokens } from "#app/auth/provider/auth-provider.ts";
import { AuthFault, AuthRefusal, UnknownOutcome } from "#app/auth/provider/errors.server.ts";
import { askStack, changing, reading, success } from "./client.server.ts";

// Without the SDK, which reads the user after each change: if that fails, a changed password looks unchanged.

const userSchema = z.object({ id: z.string() });
/** Tokens live for a year, so a user may have hundreds of sessions. */
const endedAtOnce = 10;
/** Then no more are ended, and the user can try again. */
const endingLimitMs = 15_000;

export function rename(tokens: Tokens, name: string | null): Promise<void> {
  return changing(() => setName(tokens, name));
}

/** Call it within `withinLimit`. */
export async function setName(tokens: Tokens, name: string | null): Promise<void> {
  await askStack(userSchema, "/users/me", { tokens, method: "PATCH", body: { display_name: name } });
}

/** Stack tells this session from the others by its refresh token. */
export function changePassword(tokens: Tokens, passwords: { old: string; new: string }): Promise<void> {
  return changing(async () => {
    const body = { old_password: passwords.old, new_password: passwords.new };
    await askStack(success, "/auth/password/update", { tokens, body });
  });
}

const sessionsSchema = z.object({
  items: z.array(z.object({ id: z.string().min(1), is_current_session: z.boolean() })),
});

/** What was ended before a fault stays ended. */
export async function endOtherSessions(tokens: Tokens): Promise<number> {
  const startedAt = Date.now();
  const others = await otherSessions(tokens);
  for (let from = 0; from < others.length; from += endedAtOnce) {
    if (Date.now() - startedAt > endingLimitMs)
      throw new UnknownOutcome("Ending the sessions takes too long");
    const some = others.slice(from, from + endedAtOnce);
    const endings = await Promise.allSettled(some.map((id) => endSession(tokens, id)));
    const failed = endings.find((ending) => ending.status === "rejected");
    if (!failed) continue;
    // Stack fails to end a session that is gone, and a double click ends all of them twice.
    const left = await otherSessions(tokens);
    if (left.some((id) => some.includes(id))) throw failed.reason;
  }
  return others.length;
}

function endSession(tokens: Tokens, id: string): Promise<unknown> {
  const path = `/auth/sessions/${encodeURIComponent(id)}?user_id=me`;
  return changing(() => askStack(success, path, { tokens, method: "DELETE" }));
}

async function otherSessions(tokens: Tokens): Promise<string[]> {
  const path = "/auth/sessions?user_id=me";
  const { items } = await reading(() => askStack(sessionsSchema, path, { tokens }));
  return items.filter((session) => !session.is_current_session).map(({ id }) => id);
}

export function deleteAccount(tokens: Tokens): Promise<void> {
  return changing(async () => {
    try {
      await askStack(success, "/users/me", { tokens, method: "DELETE" });
    } catch (error) {
      // Where users may not delete their own accounts, Stack has no known error.
      if (error instanceof AuthFault && error.status === 400) {
        throw new AuthRefusal("ACCOUNT_DELETION_NOT_ENABLED");
      }
      throw error;
    }
  });
}
