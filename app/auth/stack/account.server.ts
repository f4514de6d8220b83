import { z } from "zod";
import { StackRefusal, type Tokens, withinLimit } from "./app.server.ts";
import { askStack } from "./client.server.ts";

// What users ask of Stack about their own accounts, without the SDK: it reads the user before and after each change,
// and a fault in the latter makes a password that was changed look as if it was not.

const limitMs = 3_000;
const userSchema = z.object({ id: z.string() });
const successSchema = z.object({ success: z.literal(true) });
/** A user may have signed in on hundreds of days, and tokens live for a year. */
const endedAtOnce = 10;

/** This site's own code for what the project's owner has switched off; Stack has none. */
export const deletionSwitchedOff = "CLIENT_USER_DELETION_NOT_ENABLED";

/**
 * Gives a user another name.
 * @param name null: none
 * @throws {StackRefusal | StackFault}
 */
export function rename(tokens: Tokens, name: string | null): Promise<void> {
  return withinLimit(limitMs, async () => {
    await askStack(userSchema, "/users/me", { tokens, method: "PATCH", body: { display_name: name } });
  });
}

/**
 * Replaces a password. Stack ends every other session of the user, and tells this one by its refresh token.
 * @throws {StackRefusal | StackFault}
 */
export function changePassword(tokens: Tokens, passwords: { old: string; new: string }): Promise<void> {
  return withinLimit(limitMs, async () => {
    const body = { old_password: passwords.old, new_password: passwords.new };
    await askStack(successSchema, "/auth/password/update", { tokens, body });
  });
}

const sessionsSchema = z.object({
  items: z.array(z.object({ id: z.string().min(1), is_current_session: z.boolean() })),
});

/**
 * Ends all sessions of a user but this one. What was ended before a fault stays ended.
 * @returns how many there were
 * @throws {StackRefusal | StackFault}
 */
export function endOtherSessions(tokens: Tokens): Promise<number> {
  return withinLimit(limitMs, async () => {
    const others = await otherSessions(tokens);
    for (let from = 0; from < others.length; from += endedAtOnce) {
      const some = others.slice(from, from + endedAtOnce);
      const endings = await Promise.allSettled(
        some.map((id) => {
          const path = `/auth/sessions/${encodeURIComponent(id)}?user_id=me`;
          return askStack(successSchema, path, { tokens, method: "DELETE" });
        }),
      );
      const failed = endings.find((ending) => ending.status === "rejected");
      if (!failed) continue;
      // One that is not there any more is a fault to Stack. Somebody who clicks twice ends all of them twice.
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

const projectSchema = z.object({ config: z.object({ client_user_deletion_enabled: z.boolean() }) });

/**
 * Deletes a user. Asks first whether users may delete themselves: no exchange shows how Stack says no.
 * @throws {StackRefusal | StackFault}
 */
export function deleteAccount(tokens: Tokens): Promise<void> {
  return withinLimit(limitMs, async () => {
    const { config } = await askStack(projectSchema, "/projects/current");
    if (!config.client_user_deletion_enabled) throw new StackRefusal(deletionSwitchedOff);
    await askStack(successSchema, "/users/me", { tokens, method: "DELETE" });
  });
}
