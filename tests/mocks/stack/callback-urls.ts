import { redirectUrlNotWhitelisted } from "./known-errors.ts";
import type { ProjectSettings } from "./project-settings.ts";

/**
 * Whether emails and sign-ins may lead to a URL. Stack trusts the developer's own machine besides the project's domains.
 * It accepts any scheme there, but our page shows the links, and must not show `javascript:`.
 */
export function isTrusted({ trustedDomains }: ProjectSettings, callbackUrl: string): boolean {
  const { protocol, hostname, origin, pathname } = new URL(callbackUrl);
  if (!/^https?:$/.test(protocol)) return false;
  if (/^(.+\.)?localhost$|^127\.\d+\.\d+\.\d+$/.test(hostname)) return true;
  return trustedDomains.some(
    ({ domain, handlerPath }) => domain === origin && pathname.startsWith(handlerPath),
  );
}

/** @throws {KnownError} when nothing may lead there */
export function checkCallbackUrl(settings: ProjectSettings, callbackUrl: string): void {
  if (!isTrusted(settings, callbackUrl)) throw redirectUrlNotWhitelisted();
}
