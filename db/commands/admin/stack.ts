import { AuthFault } from "#app/auth/provider/errors.server.ts";
import {
  accountsByPrimaryEmail,
  readAccount,
  replaceServerMetadata,
  type StackAccount,
} from "#app/auth/stack/users.server.ts";
import type { StackProject } from "#app/platform/environment.server.ts";
import { Refusal } from "#db/refusal.ts";
import type { Account, Accounts } from "./accounts.ts";

/** Those of a Stack project: an admin has the role in their server metadata. */
export function stackAccounts(project: StackProject): Accounts {
  return {
    async byEmail(email) {
      return (await orRefusal(accountsByPrimaryEmail(project, email))).map(asAccount);
    },
    async read(id) {
      const account = await orRefusal(readAccount(project, id));
      const metadata = metadataOf(account);
      const { role, ...others } = metadata;
      return {
        ...asAccount(account),
        isAdmin: role === "admin",
        replacedRole: role,
        // Stack replaces metadata as a whole and takes no condition, so a write between our read and ours is lost.
        async setAdmin(isAdmin) {
          const changed = replaceServerMetadata(
            project,
            id,
            isAdmin ? { ...metadata, role: "admin" } : others,
          );
          await orRefusal(changed, "The role may or may not have been changed. Run the command again.");
          return "This takes effect once the sync has written it to neon_auth.users_sync.";
        },
      };
    },
  };
}

function asAccount({ id, primaryEmail, isVerified }: StackAccount): Account {
  return { id, email: primaryEmail, isVerified };
}

/** @throws {Refusal} for a list or a text, which would be lost */
function metadataOf({ id, serverMetadata }: StackAccount): Record<string, unknown> {
  if (typeof serverMetadata !== "object" || Array.isArray(serverMetadata)) {
    throw new Refusal(
      `The server metadata of user ${id} is not an object, so it cannot hold a role. Nothing was changed.`,
    );
  }
  return { ...serverMetadata };
}

async function orRefusal<Answer>(answer: Promise<Answer>, outcome = "Nothing was changed."): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof AuthFault ? new Refusal(`${inWords(error)} ${outcome}`) : error;
  }
}

/** The fault with the code of its first cause, such as ECONNREFUSED: `fetch failed` says too little. */
function inWords(fault: AuthFault): string {
  let cause: unknown = fault.cause;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return `${fault.message}${typeof code === "string" ? ` (${code})` : ""}.`;
}
