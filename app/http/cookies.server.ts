import { type Cookie, createCookie } from "@remix-run/node";
import { environment } from "#app/platform/environment.server.ts";

/**
 * A cookie for what only the server may read: signed, not readable by scripts, not sent along by other sites. What
 * it holds is not encrypted: whoever has the cookie may use it all the same.
 * @param name without what is put before or after it, as `todos-session`
 */
export function secretCookie(name: string, maxAgeSeconds: number): Cookie {
  return hostCookie(name, maxAgeSeconds, [environment().sessionSecret]);
}

/** The same for what is no secret: anybody may write it. */
export function plainCookie(name: string, maxAgeSeconds: number): Cookie {
  return hostCookie(name, maxAgeSeconds, []);
}

/**
 * `__Host-` binds it to this host over https. Cookies ignore ports, so on plain http, where several local
 * instances may run side by side, the port is part of the name.
 */
function hostCookie(name: string, maxAgeSeconds: number, secrets: string[]): Cookie {
  const { protocol, port } = new URL(environment().appOrigin);
  const secure = protocol === "https:";
  return createCookie(secure ? `__Host-${name}` : `${name}-${port || "80"}`, {
    httpOnly: true,
    sameSite: "lax",
    path: "/",
    secure,
    secrets,
    maxAge: maxAgeSeconds,
  });
}

/** The Set-Cookie value that takes a cookie away from the browser. */
export function clearCookie(cookie: Cookie): Promise<string> {
  return cookie.serialize("", { maxAge: 0, expires: new Date(0) });
}
