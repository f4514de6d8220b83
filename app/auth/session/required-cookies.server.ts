import { AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { hostCookie } from "#app/http/cookies.server.ts";

const daySeconds = 24 * 60 * 60;

/** @returns the Set-Cookie value by which a later post shows that the browser keeps cookies; undefined: it does */
export async function tryCookies(request: Request): Promise<string | undefined> {
  return sendsCookies(request) ? undefined : hostCookie("todos-cookies", daySeconds).serialize("on");
}

/**
 * Only for posts from one of our pages, which has tried cookies: scripts may sign in without.
 * @throws {AuthRefusal} for a browser that would lose the session at once
 */
export function requireCookies(request: Request): void {
  const page = request.headers.get("Referer") ?? "";
  const isFromOwnPage = URL.canParse(page) && new URL(page).pathname === new URL(request.url).pathname;
  if (isFromOwnPage && !sendsCookies(request)) throw new AuthRefusal("COOKIES_REFUSED");
}

export function sendsCookies({ headers }: Request): boolean {
  return headers.has("Cookie");
}
