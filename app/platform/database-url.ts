import { accessSync, constants } from "node:fs";
import { z } from "zod";
import { isNeonHost } from "./hosts.ts";

export const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

const files = ["sslrootcert", "sslcert", "sslkey"];

/** The others mean something to one driver, and lib/pq would ask Postgres for a setting of that name. */
const readParameters = ["sslmode", ...files, "options", "application_name"];

/** libpq lets them replace what stands before the question mark; our drivers disagree about that. */
const addressParameters = ["host", "hostaddr", "port", "user", "password", "dbname"];

/**
 * A Postgres URL in the spelling that Neon's driver, pg, and dbmate's lib/pq all read alike: user and password
 * percent-encoded, and no parameter that only one of them knows. Refuses what none can connect with, in words that hold
 * no part of the URL.
 */
export const databaseUrl = z.string("is missing").transform((value, context) => {
  const problem = problemOf(value);
  if (problem === undefined) return inOneSpelling(new URL(value));
  context.addIssue(problem);
  return z.NEVER;
});

function problemOf(value: string): string | undefined {
  if (!/^postgres(ql)?:/.test(value)) return "is not a postgresql:// URL";
  const url = URL.canParse(value) && new URL(value);
  if (!url || !url.username || !url.hostname || /^\/?$/.test(url.pathname)) {
    return "must look like postgresql://user:password@host/database, with special characters percent-encoded";
  }
  if (/^%2f/i.test(url.hostname)) return "must name a host: the app does not connect to sockets";
  const { searchParams } = url;
  const misplaced = addressParameters.filter((name) => searchParams.has(name));
  if (misplaced.length > 0) {
    return `has ${misplaced.join(", ")} after the question mark; write postgresql://user:password@host:port/database`;
  }
  if ((searchParams.get("schema") ?? "public") !== "public") {
    return "asks for another schema than public, where the app's tables are";
  }
  if (!sslModes.includes(searchParams.get("sslmode") ?? "prefer")) {
    return `has an unknown sslmode; it must be one of ${sslModes.join(", ")}`;
  }
  const unreadable = files.find((name) => !isReadable(searchParams.get(name)));
  return unreadable && `names a file in ${unreadable} that cannot be read`;
}

/** `system` stands for the authorities that the machine trusts. */
function isReadable(path: string | null): boolean {
  if (path === null || path === "system") return true;
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function inOneSpelling(url: URL): string {
  const { searchParams } = url;
  // As libpq reads it.
  if (searchParams.get("ssl") === "true" && !searchParams.has("sslmode")) {
    searchParams.set("sslmode", "require");
  }
  // The app asks Neon over HTTPS, whatever this says, and over TCP Neon accepts nothing without TLS.
  if (isNeonHost(url) && searchParams.get("sslmode") === "disable") searchParams.delete("sslmode");
  for (const name of [...searchParams.keys()]) {
    if (!readParameters.includes(name)) searchParams.delete(name);
  }
  url.username = reencoded(url.username);
  url.password = reencoded(url.password);
  return url.href;
}

/** What is no percent-encoding stands for itself: passwords are pasted as they are. */
function reencoded(text: string): string {
  const plain = text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
  return encodeURIComponent(plain);
}
