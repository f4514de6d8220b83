import { clearCookie, plainCookie } from "#app/http/cookies.server.ts";
import { type Theme, toTheme } from "./theme.ts";

const yearSeconds = 365 * 24 * 60 * 60;

/** The theme that was chosen in this browser. */
export async function readTheme({ headers }: Pick<Request, "headers">): Promise<Theme> {
  return toTheme(await themeCookie().parse(headers.get("Cookie")));
}

/** The Set-Cookie value that keeps a theme. Without a cookie pages follow the system. */
export function rememberTheme(theme: Theme): Promise<string> {
  return theme === "system" ? clearCookie(themeCookie()) : themeCookie().serialize(theme);
}

function themeCookie() {
  return plainCookie("todos-theme", yearSeconds);
}
