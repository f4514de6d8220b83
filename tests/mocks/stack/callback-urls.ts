import { redirectUrlNotWhitelisted } from "./known-errors.ts";

/**
 * Where mails and sign-ins at a provider may lead to: Stack always trusts the developer's own machine, and here there
 * is nothing else. Stack takes any scheme there. Here the links stand on a page, where `javascript:` would be a trap.
 */
export function isTrusted(callbackUrl: string): boolean {
  const { protocol, hostname } = new URL(callbackUrl);
  return /^https?:$/.test(protocol) && /^(.+\.)?localhost$|^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** @throws {KnownError} when nothing may lead there */
export function checkCallbackUrl(callbackUrl: string): void {
  if (!isTrusted(callbackUrl)) throw redirectUrlNotWhitelisted();
}
