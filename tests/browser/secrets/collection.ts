import { z } from "zod";
import type { Instance } from "#tests/setup/instance.ts";
import type { Exchange } from "./recording-proxy.ts";

/** Every kind of secret. */
export const kinds = [
  "access token",
  "refresh token",
  "verification code",
  "reset code",
  "code of a magic link",
  "six characters",
  "nonce of a magic link",
  "OAuth code",
  "OAuth state",
  "PKCE verifier",
  "session cookie",
  "password",
  "secret server key",
  "database password",
  "session secret",
] as const;
type Kind = (typeof kinds)[number];

/** The secrets of a run, collected as they become known. */
export class Collection {
  readonly secrets = new Map<Kind, Set<string>>(kinds.map((kind) => [kind, new Set()]));

  add(kind: Kind, value: string | null | undefined): void {
    if (value) this.secrets.get(kind)?.add(value);
  }

  addKeys({ stackSecretServerKey, databaseUrl, sessionSecret }: Instance): void {
    this.add("secret server key", stackSecretServerKey);
    this.add("database password", decodeURIComponent(new URL(databaseUrl).password));
    this.add("session secret", sessionSecret);
  }

  /** @param link a mail's */
  addLink(link: string): void {
    const { pathname, searchParams } = new URL(link);
    const kind = codes[pathname];
    if (kind) this.add(kind, searchParams.get("code"));
  }

  /** Takes what a browser was given to store, and what it brought back from a provider. */
  addExchange({ url, setCookies }: Exchange, app: URL): void {
    if (url.origin !== app.origin) return;
    for (const cookie of setCookies) this.addCookie(cookie);
    if (!url.pathname.endsWith("/callback")) return;
    this.add("OAuth code", url.searchParams.get("code"));
    this.add("OAuth state", url.searchParams.get("state"));
  }

  private addCookie(cookie: string): void {
    const [, name = "", encoded = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    const value = decodeURIComponent(encoded);
    const content = contentOf(value);
    this.add("access token", content?.accessToken);
    this.add("refresh token", content?.refreshToken);
    this.add("nonce of a magic link", content?.nonce);
    this.add("OAuth state", content?.state);
    this.add("PKCE verifier", content?.codeVerifier);
    if (name.includes("todos-session") && content) this.add("session cookie", value);
  }
}

const codes: Record<string, Kind> = {
  "/verify-email": "verification code",
  "/reset-password": "reset code",
  "/magic-link": "code of a magic link",
};

const contentSchema = z
  .object({
    accessToken: z.string(),
    refreshToken: z.string(),
    nonce: z.string(),
    state: z.string(),
    codeVerifier: z.string(),
  })
  .partial();

/** What one of the app's signed cookies holds. */
function contentOf(value: string): z.infer<typeof contentSchema> | undefined {
  const [content = ""] = value.split(".");
  try {
    return contentSchema.parse(JSON.parse(atob(content)));
  } catch {
    return undefined;
  }
}
