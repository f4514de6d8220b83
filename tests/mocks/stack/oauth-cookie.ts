import { authorizationLifetimeSeconds } from "./oauth-authorizations.ts";

/** The cookie that ties a browser to its request to the provider. */
export function innerCookie(state: string): string {
  const expires = new Date(Date.now() + authorizationLifetimeSeconds * 1_000).toUTCString();
  return `${nameFor(state)}=true; Path=/; Expires=${expires}; Max-Age=${authorizationLifetimeSeconds}; HttpOnly`;
}

export function endedInnerCookie(state: string): string {
  return `${nameFor(state)}=; Path=/; Expires=${new Date(0).toUTCString()}`;
}

export function hasInnerCookie(headers: Headers, state: string): boolean {
  const cookies = (headers.get("cookie") ?? "").split("; ");
  return cookies.includes(`${nameFor(state)}=true`);
}

function nameFor(state: string): string {
  return `stack-oauth-inner-${state}`;
}
