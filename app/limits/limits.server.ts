import { RateLimiterMemory } from "rate-limiter-flexible";
import { tryLaterOf } from "#app/platform/fault.server.ts";
import { requestContext } from "#app/platform/request-context.server.ts";
import { Limit } from "./limit.server.ts";
import { networkOf } from "./network.server.ts";
import { SharedCounts } from "./shared-counts.server.ts";

// docs/decisions/0013-limits.md says why.

const minute = 60;

const postsOfAddress = new Limit(
  "posts of an address",
  "Too many forms were sent from your network.",
  new SharedCounts({ keyPrefix: "posts", points: 300, duration: 15 * minute, isFinal: true }),
);

const wrongPasswords = new Limit(
  "wrong passwords",
  "Too many wrong passwords for this email address.",
  new SharedCounts({ keyPrefix: "passwords", points: 10, duration: 15 * minute }),
);

const mails = new Limit(
  "mails",
  "Too many emails were requested for this address.",
  new SharedCounts({ keyPrefix: "mails", points: 5, duration: 60 * minute }),
);

const changesOfUser = new Limit(
  "changes",
  "Too many changes in one minute.",
  new RateLimiterMemory({ keyPrefix: "changes", points: 120, duration: minute }),
);

const searchesForPeople = new Limit(
  "searches for people",
  "Too many searches for people in one minute.",
  new RateLimiterMemory({ keyPrefix: "people", points: 120, duration: minute }),
);

/** For visitors who are not signed in. Vite's development server tells no address. @throws {LimitReached} */
export async function countPost(): Promise<void> {
  const address = requestContext()?.clientAddress;
  if (address !== undefined) await postsOfAddress.count(networkOf(address));
}

/** @throws {LimitReached} */
export function countChange(userId: string): Promise<void> {
  return changesOfUser.count(userId);
}

/** @throws {LimitReached} */
export function countSearchForPeople(userId: string): Promise<void> {
  return searchesForPeople.count(userId);
}

/**
 * The right password resets the count. The email address need not belong to an account.
 * @param email without white space around it
 * @param isWrong whether an error says that the password is wrong; other errors do not count
 * @throws {LimitReached} and what the attempt throws
 */
export async function countingWrongPasswords<Result>(
  email: string,
  attempt: () => Promise<Result>,
  isWrong: (error: unknown) => boolean,
): Promise<Result> {
  const who = email.toLowerCase();
  await wrongPasswords.count(who);
  try {
    const result = await attempt();
    await wrongPasswords.forget(who);
    return result;
  } catch (error) {
    if (!isWrong(error)) await wrongPasswords.giveBack(who);
    throw error;
  }
}

/** An email does not count if sending it may work later. @throws {LimitReached} and what the sending throws */
export async function countingMail<Result>(email: string, send: () => Promise<Result>): Promise<Result> {
  const who = email.toLowerCase();
  await mails.count(who);
  try {
    return await send();
  } catch (error) {
    if (tryLaterOf(error)) await mails.giveBack(who);
    throw error;
  }
}
