import { redirectUrlNotWhitelisted } from "./known-errors.ts";

/**
 * Where mails may lead to: Stack always trusts the developer's own machine, and here there is nothing else.
 * Stack takes any scheme there. Here the links stand on a page, where `javascript:` would be a trap.
 * @throws {KnownError} when mails may not lead there
 */
export function checkCallbackUrl(callbackUrl: string): void {
  const { protocol, hostname } = new URL(callbackUrl);
  const isTrusted = /^https?:$/.test(protocol) && /^(.+\.)?localhost$|^127\.\d+\.\d+\.\d+$/.test(hostname);
  if (!isTrusted) throw redirectUrlNotWhitelisted();
}
