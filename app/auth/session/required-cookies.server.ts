import { AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { hostCookie } from "#app/http/cookies.server.ts";

const daySeconds = 24 * 60 * 60;

/** @returns the Set-Cookie value by which a later post shows that the browser keeps cookies; undefined: it does */
export async function tryCookies({ headers }: Request): Promise<string | undefined> {
  return headers.has("Cookie") ? undefined : hostCookie("todos-cookies", daySeconds).serialize("on");
}

/**
 * Only for posts from one of our pages, which has tried cookies: scripts may sign in without.
 * @throws {AuthRefusal} for a browser that would lose the session at once
 */
export function requireCookies({ url, headers }: Request): void {
  const page = headers.get("Referer") ?? "";
  const isFromOwnPage = URL.canParse(page) && new URL(page).pathname === new URL(url).pathname;
  if (isFromOwnPage && !headers.has("Cookie")) throw new AuthRefusal("COOKIES_REFUSED");
}
