import { authProvider } from "#app/auth/provider.server.ts";

/** How long requests that still carry the old token get the new one. */
const sharedMs = 30_000;
/** A form that is refused asks twice: once for itself, once for the page around it. */
const nowLimitMs = 2_000;
const refreshes = new Map<string, Promise<string | undefined>>();

/** A page's requests arrive together, each with the same old token: one of them asks, all of them wait. */
export function refreshOnce(refreshToken: string): Promise<string | undefined> {
  return refreshes.get(refreshToken) ?? shared(refreshToken, authProvider().refresh(refreshToken));
}

/** Always asks. */
export function refreshNow(refreshToken: string): Promise<string | undefined> {
  return shared(refreshToken, authProvider().refresh(refreshToken, nowLimitMs));
}

function shared(refreshToken: string, refresh: Promise<string | undefined>): Promise<string | undefined> {
  refreshes.set(refreshToken, refresh);
  const forget = () => {
    if (refreshes.get(refreshToken) === refresh) refreshes.delete(refreshToken);
  };
  refresh.then(() => setTimeout(forget, sharedMs).unref(), forget);
  return refresh;
}
