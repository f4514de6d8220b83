import { z } from "zod";
import type { Tokens } from "#app/auth/provider/auth-provider.ts";
import { AuthFault, AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { askStack, success, withinLimit } from "./client.server.ts";

// Without the SDK, which reads the user after each change: if that fails, a changed password looks unchanged.

const limitMs = 3_000;
const userSchema = z.object({ id: z.string() });
/** Tokens live for a year, so a user may have hundreds of sessions. */
const endedAtOnce = 10;

export function rename(tokens: Tokens, name: string | null): Promise<void> {
  return withinLimit(limitMs, () => setName(tokens, name));
}

/** Call it within `withinLimit`. */
export async function setName(tokens: Tokens, name: string | null): Promise<void> {
  await askStack(userSchema, "/users/me", { tokens, method: "PATCH", body: { display_name: name } });
}

/** Stack tells this session from the others by its refresh token. */
export function changePassword(tokens: Tokens, passwords: { old: string; new: string }): Promise<void> {
  return withinLimit(limitMs, async () => {
    const body = { old_password: passwords.old, new_password: passwords.new };
    await askStack(success, "/auth/password/update", { tokens, body });
  });
}

const sessionsSchema = z.object({
  items: z.array(z.object({ id: z.string().min(1), is_current_session: z.boolean() })),
});

/** What was ended before a fault stays ended. */
export function endOtherSessions(tokens: Tokens): Promise<number> {
  return withinLimit(limitMs, async () => {
    const others = await otherSessions(tokens);
    for (let from = 0; from < others.length; from += endedAtOnce) {
      const some = others.slice(from, from + endedAtOnce);
      const endings = await Promise.allSettled(
        some.map((id) => {
          const path = `/auth/sessions/${encodeURIComponent(id)}?user_id=me`;
          return askStack(success, path, { tokens, method: "DELETE" });
        }),
      );
      const failed = endings.find((ending) => ending.status === "rejected");
      if (!failed) continue;
      // Stack fails to end a session that is gone, and a double click ends all of them twice.
      const left = await otherSessions(tokens);
      if (left.some((id) => some.includes(id))) throw failed.reason;
    }
    return others.length;
  });
}

async function otherSessions(tokens: Tokens): Promise<string[]> {
  const { items } = await askStack(sessionsSchema, "/auth/sessions?user_id=me", { tokens });
  return items.filter((session) => !session.is_current_session).map(({ id }) => id);
}

export function deleteAccount(tokens: Tokens): Promise<void> {
  return withinLimit(limitMs, async () => {
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
