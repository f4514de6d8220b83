import { isSameEmail } from "#app/auth/stack/users.server.ts";
import { Refusal } from "#db/refusal.ts";

export interface Account {
  id: string;
  email: string | null;
  isVerified: boolean;
}

/** An account as it was right before it is changed. */
export interface ChangeableAccount extends Account {
  isAdmin: boolean;
  /** What goes when the user becomes an admin; undefined for nothing. */
  replacedRole?: unknown;
  /**
   * Makes the user an admin, or no longer one.
   * @returns when it takes effect, in a sentence
   * @throws {Refusal}
   */
  setAdmin(isAdmin: boolean): Promise<string>;
}

/** The users that an auth service knows. Both throw a Refusal when it cannot be asked. */
export interface Accounts {
  /** Case is ignored. */
  byEmail(email: string): Promise<Account[]>;
  read(id: string): Promise<ChangeableAccount>;
}

export interface Order {
  email: string;
  revoke: boolean;
  mayBeUnverified: boolean;
}

/** Makes a user an admin, or no longer one. @returns a sentence @throws {Refusal} */
export async function changeRole(accounts: Accounts, order: Order): Promise<string> {
  const { email, revoke, mayBeUnverified } = order;
  const { id } = onlyOne(await accounts.byEmail(email), email);
  // A search may take a while, so the account is read again right before the write.
  const account = await accounts.read(id);
  if (!isSameEmail(account.email, email)) {
    throw new Refusal(`User ${id} has just changed their email address. Nothing was changed.`);
  }
  if (revoke && !account.isAdmin) return `${email} (user ${id}) is not an admin. Nothing was changed.`;
  if (!revoke && account.isAdmin) return `${email} (user ${id}) is already an admin. Nothing was changed.`;
  if (!account.isVerified && !mayBeUnverified) {
    throw new Refusal(
      `${email} is not verified: anyone could have signed up with it. Nothing was changed. To make user ${id} an ` +
        "admin anyway, add --unverified.",
    );
  }

  const effect = await account.setAdmin(!revoke);
  const { replacedRole } = account;
  const before =
    replacedRole === undefined || revoke ? "" : `; their role was ${JSON.stringify(replacedRole)} before`;
  return `${email} (user ${id}) is ${revoke ? "no longer an admin" : "an admin now"}${before}. ${effect}`;
}

function onlyOne(accounts: Account[], email: string): Account {
  const [account, ...others] = accounts;
  if (!account) throw new Refusal(`No user has the primary email address ${email}. Nothing was changed.`);
  if (others.length === 0) return account;
  const ids = accounts.map(({ id, isVerified }) => `  ${id}${isVerified ? " (verified)" : ""}`);
  throw new Refusal(
    `${accounts.length} users have the primary email address ${email}. Nothing was changed.\n${ids.join("\n")}`,
  );
}
