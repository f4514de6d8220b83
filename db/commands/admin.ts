// `npm run admin -- <email> [--revoke] [--unverified] [--local | --remote]`

import { closeDatabases } from "#app/db/database.server.ts";
import { Refusal } from "#db/refusal.ts";
import { changeRole, type Order } from "./admin/accounts.ts";
import { neonAuthAccounts } from "./admin/neon-auth.ts";
import { stackAccounts } from "./admin/stack.ts";
import { runCommand } from "./run-command.ts";
import { takeTargetFlags } from "./target/flags.ts";
import { chooseUsers } from "./target/users.ts";

runCommand(async (args) => {
  const { flags, rest } = takeTargetFlags(args);
  const order = readOrder(rest);
  const target = await chooseUsers(flags);
  const accounts = target.stack ? stackAccounts(target.stack) : neonAuthAccounts(target.databaseUrl);
  // Revoking needs no trust, and local mode sends no email that could verify an address.
  const mayBeUnverified = order.mayBeUnverified || order.revoke || target.isLocal;
  try {
    console.log(await changeRole(accounts, { ...order, mayBeUnverified }));
  } finally {
    await closeDatabases();
  }
});

function readOrder(args: string[]): Order {
  const known = ["--revoke", "--unverified"];
  const unknown = args.filter((arg) => arg.startsWith("-") && !known.includes(arg));
  if (unknown.length > 0) throw new Refusal(`Unknown option: ${unknown.join(" ")}`);
  const [email, ...others] = args.filter((arg) => !known.includes(arg)).map((arg) => arg.trim());
  if (!email || others.length > 0 || !/^[^\s\p{Cc}]+@[^\s\p{Cc}@]+$/u.test(email)) {
    throw new Refusal("Give one email address: npm run admin -- bob@example.com [--revoke] [--unverified]");
  }
  return { email, revoke: args.includes("--revoke"), mayBeUnverified: args.includes("--unverified") };
}
