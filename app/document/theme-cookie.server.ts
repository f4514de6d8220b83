import { clearCookie, hostCookie } from "#app/http/cookies.server.ts";
import { type Theme, toTheme } from "./theme.ts";

const yearSeconds = 365 * 24 * 60 * 60;

export async function readTheme({ headers }: Pick<Request, "headers">): Promise<Theme> {
  return toTheme(await themeCookie().parse(headers.get("Cookie")));
}

/** @returns the Set-Cookie value. Without a cookie pages follow the system. */
export function rememberTheme(theme: Theme): Promise<string> {
  return theme === "system" ? clearCookie(themeCookie()) : themeCookie().serialize(theme);
}

function themeCookie() {
  return hostCookie("todos-theme", yearSeconds);
}
