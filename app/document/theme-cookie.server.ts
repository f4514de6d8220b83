import { clearCookie, plainCookie } from "#app/http/cookies.server.ts";
import { type Theme, toTheme } from "./theme.ts";

const yearSeconds = 365 * 24 * 60 * 60;

/** The theme that somebody has chosen at his browser. */
export async function readTheme({ headers }: Pick<Request, "headers">): Promise<Theme> {
  return toTheme(await themeCookie().parse(headers.get("Cookie")));
}

/** The Set-Cookie value after which pages have a theme. Without a cookie they follow the system. */
export function rememberTheme(theme: Theme): Promise<string> {
  return theme === "system" ? clearCookie(themeCookie()) : themeCookie().serialize(theme);
}

function themeCookie() {
  return plainCookie("todos-theme", yearSeconds);
}
