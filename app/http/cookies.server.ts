import { type Cookie, createCookie } from "@remix-run/node";
import { environment } from "#app/platform/environment.server.ts";

/** Signed, but not encrypted: anyone who has the cookie can read and use it. */
export function secretCookie(name: string, maxAgeSeconds: number): Cookie {
  return hostCookie(name, maxAgeSeconds, [environment().sessionSecret]);
}

/**
 * Unsigned by default, for what users may change. `__Host-` binds it to this host over https. Cookies ignore ports: on
 * plain http, where several local instances may run side by side, the port is part of the name.
 */
export function hostCookie(name: string, maxAgeSeconds: number, secrets: string[] = []): Cookie {
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

/** @returns the Set-Cookie value */
export function clearCookie(cookie: Cookie): Promise<string> {
  return cookie.serialize("", { maxAge: 0, expires: new Date(0) });
}
