// `npm run admin -- <e-mail> [--revoke] [--unverified] [--local | --remote]`

import { AuthFault } from "#app/auth/provider/errors.server.ts";
import {
  accountsByPrimaryEmail,
  isSameEmail,
  readAccount,
  replaceServerMetadata,
  type StackAccount,
} from "#app/auth/stack/users.server.ts";
import type { StackProject } from "#app/platform/environment.server.ts";
import { Refusal } from "#db/local/refusal.ts";
import { runCommand } from "./run-command.ts";
import { chooseStackProject } from "./stack-target.ts";
import { takeTargetFlags } from "./target.ts";

runCommand(async (args) => {
  const { flags, rest } = takeTargetFlags(args);
  const order = readOrder(rest);
  const { project, isLocal } = await chooseStackProject(flags);
  // To take a right away needs no trust; and in local mode no mail is sent that could verify an address.
  const mayBeUnverified = order.unverified || order.revoke || isLocal;
  try {
    console.log(await changeRole(project, order, mayBeUnverified));
  } catch (error) {
    throw error instanceof AuthFault ? new Refusal(`${inWords(error)} Nothing was changed.`) : error;
  }
});

interface Order {
  email: string;
  revoke: boolean;
  unverified: boolean;
}

function readOrder(args: string[]): Order {
  const known = ["--revoke", "--unverified"];
  const unknown = args.filter((arg) => arg.startsWith("-") && !known.includes(arg));
  if (unknown.length > 0) throw new Refusal(`admin does not know "${unknown.join(" ")}".`);
  const [email, ...others] = args.filter((arg) => !known.includes(arg)).map((arg) => arg.trim());
  if (!email || others.length > 0 || !/^[^\s\p{Cc}]+@[^\s\p{Cc}@]+$/u.test(email)) {
    throw new Refusal("Give one e-mail address: npm run admin -- bob@example.com [--revoke] [--unverified]");
  }
  return { email, revoke: args.includes("--revoke"), unverified: args.includes("--unverified") };
}

/** @returns what was done, in a sentence; nothing, when the user is already what he is to become */
async function changeRole(
  project: StackProject,
  { email, revoke }: Order,
  mayBeUnverified: boolean,
): Promise<string> {
  const { id } = onlyOne(await accountsByPrimaryEmail(project, email), email);
  // Stack replaces metadata as a whole and knows no condition, so what somebody else writes between our reading
  // and our writing is lost. The search may take many pages: what is written back is read again, right before.
  const account = await readAccount(project, id);
  if (!isSameEmail(account.primaryEmail, email)) {
    throw new Refusal(`User ${id} has another e-mail address since a moment ago. Nothing was changed.`);
  }
  const metadata = metadataOf(account);
  const { role, ...others } = metadata;
  if (revoke && role !== "admin") return `${email} (user ${id}) is no admin. Nothing was changed.`;
  if (!revoke && role === "admin") return `${email} (user ${id}) is an admin already. Nothing was changed.`;
  if (!account.isVerified && !mayBeUnverified) {
    throw new Refusal(
      `${email} is not verified: anybody could have signed up with this address. --unverified makes user ${id} an ` +
        "admin all the same. Nothing was changed.",
    );
  }

  try {
    await replaceServerMetadata(project, id, revoke ? others : { ...metadata, role: "admin" });
  } catch (error) {
    if (!(error instanceof AuthFault)) throw error;
    throw new Refusal(
      `${inWords(error)} Whether the role was changed is not known; the command can be run again.`,
    );
  }
  const before = role === undefined || revoke ? "" : `; his role was ${JSON.stringify(role)} before`;
  return (
    `${email} (user ${id}) is ${revoke ? "no admin any more" : "an admin now"}${before}. ` +
    "That acts as soon as the sync has brought it to neon_auth.users_sync."
  );
}

function onlyOne(accounts: StackAccount[], email: string): StackAccount {
  const [account, ...others] = accounts;
  if (!account) throw new Refusal(`No user has the primary e-mail address ${email}. Nothing was changed.`);
  if (others.length === 0) return account;
  const ids = accounts.map(({ id, isVerified }) => `  ${id}${isVerified ? " (verified)" : ""}`);
  throw new Refusal(
    `${accounts.length} users have the primary e-mail address ${email}. Nothing was changed.\n${ids.join("\n")}`,
  );
}

/** None at all, which is null, makes an empty object. @throws {Refusal} for a list or a text, which would be lost */
function metadataOf({ id, serverMetadata }: StackAccount): Record<string, unknown> {
  if (typeof serverMetadata !== "object" || Array.isArray(serverMetadata)) {
    throw new Refusal(
      `The server metadata of user ${id} is no object, and has no role. Nothing was changed.`,
    );
  }
  return { ...serverMetadata };
}

/** The fault with what caused it in the end, such as a refused connection; what is of interest is not `fetch failed`. */
function inWords(fault: AuthFault): string {
  let cause: unknown = fault.cause;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return `${fault.message}${typeof code === "string" ? ` (${code})` : ""}.`;
}
