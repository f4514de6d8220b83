import { RateLimiterMemory } from "rate-limiter-flexible";
import { AuthFault, AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { requestContext } from "#app/platform/request-context.server.ts";
import { Limit } from "./limit.server.ts";
import { networkOf } from "./network.server.ts";
import { SharedCounts } from "./shared-counts.server.ts";

// docs/decisions/0013-limits.md has the reasons for these numbers, and for where each is counted.

const minute = 60;

const postsOfAddress = new Limit(
  "posts of an address",
  "Too many forms were sent from your network.",
  new SharedCounts({
    keyPrefix: "posts",
    points: 300,
    duration: 15 * minute,
    inMemoryBlockOnConsumed: 301,
  }),
);

const wrongPasswords = new Limit(
  "wrong passwords",
  "Too many wrong passwords for this e-mail address.",
  new SharedCounts({ keyPrefix: "passwords", points: 10, duration: 15 * minute }),
);

const mails = new Limit(
  "mails",
  "Too many mails to this e-mail address were asked for.",
  new SharedCounts({ keyPrefix: "mails", points: 5, duration: 60 * minute }),
);

const changesOfUser = new Limit(
  "changes",
  "Too many changes in one minute.",
  new RateLimiterMemory({ keyPrefix: "changes", points: 120, duration: minute }),
);

/**
 * Counts a post of somebody who is not signed in yet, by where it came from. In Vite's development server nobody
 * knows that, and nothing is counted.
 * @throws {LimitReached}
 */
export async function countPost(): Promise<void> {
  const address = requestContext()?.clientAddress;
  if (address !== undefined) await postsOfAddress.count(networkOf(address));
}

/**
 * Counts a change that a user is about to make, of the list or of his account.
 * @throws {LimitReached}
 */
export function countChange(userId: string): Promise<void> {
  return changesOfUser.count(userId);
}

/**
 * Tries a password, unless there were too many wrong ones for its e-mail address, whether or not that is anybody's. A
 * right one makes up for the wrong ones before it; where Stack did not look at it, it does not count.
 * @param email as it was typed, without white space around it
 * @throws {LimitReached} and what the attempt throws
 */
export async function countingWrongPasswords<Result>(
  email: string,
  attempt: () => Promise<Result>,
): Promise<Result> {
  const who = email.toLowerCase();
  await wrongPasswords.count(who);
  try {
    const result = await attempt();
    await wrongPasswords.forget(who);
    return result;
  } catch (error) {
    if (!isWrongPassword(error)) await wrongPasswords.giveBack(who);
    throw error;
  }
}

function isWrongPassword(error: unknown): boolean {
  return (
    error instanceof AuthRefusal &&
    ["EMAIL_PASSWORD_MISMATCH", "PASSWORD_CONFIRMATION_MISMATCH"].includes(error.code)
  );
}

/**
 * Has a mail sent, unless there were too many to its address, whether or not that is anybody's. While Stack cannot be
 * reached it does not count.
 * @throws {LimitReached} and what the sending throws
 */
export async function countingMail<Result>(email: string, send: () => Promise<Result>): Promise<Result> {
  const who = email.toLowerCase();
  await mails.count(who);
  try {
    return await send();
  } catch (error) {
    if (error instanceof AuthFault) await mails.giveBack(who);
    throw error;
  }
}
