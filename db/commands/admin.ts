// `npm run admin -- <email> [--revoke] [--unverified] [--local | --remote]`

import { AuthFault } from "#app/auth/provider/errors.server.ts";
import {
  accountsByPrimaryEmail,
  isSameEmail,
  readAccount,
  replaceServerMetadata,
  type StackAccount,
} from "#app/auth/stack/users.server.ts";
import type { StackProject } from "#app/platform/environment.server.ts";
import { Refusal } from "#db/refusal.ts";
import { runCommand } from "./run-command.ts";
import { takeTargetFlags } from "./target/flags.ts";
import { chooseStackProject } from "./target/stack-project.ts";

runCommand(async (args) => {
  const { flags, rest } = takeTargetFlags(args);
  const order = readOrder(rest);
  const { project, isLocal } = await chooseStackProject(flags);
  // Revoking needs no trust, and local mode sends no email that could verify an address.
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
  if (unknown.length > 0) throw new Refusal(`Unknown option: ${unknown.join(" ")}`);
  const [email, ...others] = args.filter((arg) => !known.includes(arg)).map((arg) => arg.trim());
  if (!email || others.length > 0 || !/^[^\s\p{Cc}]+@[^\s\p{Cc}@]+$/u.test(email)) {
    throw new Refusal("Give one email address: npm run admin -- bob@example.com [--revoke] [--unverified]");
  }
  return { email, revoke: args.includes("--revoke"), unverified: args.includes("--unverified") };
}

/** @returns a sentence */
async function changeRole(
  project: StackProject,
  { email, revoke }: Order,
  mayBeUnverified: boolean,
): Promise<string> {
  const { id } = onlyOne(await accountsByPrimaryEmail(project, email), email);
  // Stack replaces metadata as a whole and takes no condition, so a write between our read and ours is lost. The
  // search may take many pages, so the account is read again right before the write.
  const account = await readAccount(project, id);
  if (!isSameEmail(account.primaryEmail, email)) {
    throw new Refusal(`User ${id} has just changed their email address. Nothing was changed.`);
  }
  const metadata = metadataOf(account);
  const { role, ...others } = metadata;
  if (revoke && role !== "admin") return `${email} (user ${id}) is not an admin. Nothing was changed.`;
  if (!revoke && role === "admin") return `${email} (user ${id}) is already an admin. Nothing was changed.`;
  if (!account.isVerified && !mayBeUnverified) {
    throw new Refusal(
      `${email} is not verified: anyone could have signed up with it. Nothing was changed. To make user ${id} an ` +
        "admin anyway, add --unverified.",
    );
  }

  try {
    await replaceServerMetadata(project, id, revoke ? others : { ...metadata, role: "admin" });
  } catch (error) {
    if (!(error instanceof AuthFault)) throw error;
    throw new Refusal(`${inWords(error)} The role may or may not have been changed. Run the command again.`);
  }
  const before = role === undefined || revoke ? "" : `; their role was ${JSON.stringify(role)} before`;
  return (
    `${email} (user ${id}) is ${revoke ? "no longer an admin" : "an admin now"}${before}. ` +
    "This takes effect once the sync has written it to neon_auth.users_sync."
  );
}

function onlyOne(accounts: StackAccount[], email: string): StackAccount {
  const [account, ...others] = accounts;
  if (!account) throw new Refusal(`No user has the primary email address ${email}. Nothing was changed.`);
  if (others.length === 0) return account;
  const ids = accounts.map(({ id, isVerified }) => `  ${id}${isVerified ? " (verified)" : ""}`);
  throw new Refusal(
    `${accounts.length} users have the primary email address ${email}. Nothing was changed.\n${ids.join("\n")}`,
  );
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

/** The fault with the code of its first cause, such as ECONNREFUSED: `fetch failed` says too little. */
function inWords(fault: AuthFault): string {
  let cause: unknown = fault.cause;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return `${fault.message}${typeof code === "string" ? ` (${code})` : ""}.`;
}
