import { redirectUrlNotWhitelisted } from "./known-errors.ts";

/**
 * Whether emails and sign-ins may lead to a URL. Stack always trusts the developer's own machine, and this stand-in
 * trusts nothing else. Stack accepts any scheme there, but our page shows the links, and must not show `javascript:`.
 */
export function isTrusted(callbackUrl: string): boolean {
  const { protocol, hostname } = new URL(callbackUrl);
  return /^https?:$/.test(protocol) && /^(.+\.)?localhost$|^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** @throws {KnownError} when nothing may lead there */
export function checkCallbackUrl(callbackUrl: string): void {
  if (!isTrusted(callbackUrl)) throw redirectUrlNotWhitelisted();
}
