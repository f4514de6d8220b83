import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { sslModes } from "#app/platform/database-url.ts";
import { isLoopback } from "#app/platform/hosts.ts";

export function addressIn(connectionString: string): { host: string; port: number } {
  const { hostname, port } = new URL(connectionString);
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port || 5432) };
}

/** pg reads TLS parameters differently from libpq, and Neon's driver throws where they name a file. */
export function withoutTls(connectionString: string): string {
  const url = new URL(connectionString);
  for (const name of [...url.searchParams.keys()]) {
    if (name.startsWith("ssl")) url.searchParams.delete(name);
  }
  return url.href;
}

interface TlsDemand {
  /** Whether to refuse a server without TLS. */
  required: boolean;
  options: ConnectionOptions;
}

/**
 * What `sslmode`, `sslrootcert`, `sslcert` and `sslkey` demand. It differs from libpq in three ways: a loopback host
 * without sslmode gets no TLS; `allow` means `prefer`; without sslrootcert, or with `system`, the authorities that Node
 * trusts are trusted.
 * @returns undefined for no TLS
 * @throws for an unknown sslmode or an unreadable file
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
export function tlsDemandIn(connectionString: string): TlsDemand | undefined {
  const { searchParams } = new URL(connectionString);
  const { host } = addressIn(connectionString);
  const mode = searchParams.get("sslmode") ?? (isLoopback(connectionString) ? "disable" : "prefer");
  if (!sslModes.includes(mode)) {
    throw Object.assign(new Error(`sslmode must be one of ${sslModes.join(", ")}`), { code: "EINVAL" });
  }
  if (mode === "disable") return undefined;

  const file = (name: string) => {
    const path = searchParams.get(name);
    return path === null || path === "system" ? undefined : readFileSync(path);
  };
  const hasAuthority = searchParams.has("sslrootcert");
  return {
    required: mode !== "allow" && mode !== "prefer",
    options: {
      host,
      ...(isIP(host) === 0 && { servername: host }),
      ca: file("sslrootcert"),
      cert: file("sslcert"),
      key: file("sslkey"),
      rejectUnauthorized: mode.startsWith("verify-") || (mode === "require" && hasAuthority),
      ...(mode !== "verify-full" && { checkServerIdentity: () => undefined }),
    },
  };
}
