import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { TestProject } from "vitest/node";
import type { LocalInstance } from "#db/local/directory/instance.ts";
import { freePort } from "#db/local/postgres/free-port.ts";
import { startInstance } from "#tests/benchmarks/local-instance.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The instance that the tests run against. */
    app: LocalInstance & { sessionSecret: string; webhookSecret: string; heapSocket: string };
  }
}

const directory = ".local-http-tests";
const heapSocket = join(directory, "heap.sock");

/** Starts the production build once, as `npm run local` does, on data of its own. */
export default async function setup({ provide }: TestProject) {
  clear();
  const webhookSecret = `whsec_${randomBytes(24).toString("base64")}`;
  const started = await startInstance("local", directory, await freePort(), {
    STACK_WEBHOOK_SECRET: webhookSecret,
    // Each request says that it comes from somewhere else: what an address may do in a quarter of an hour is little.
    TRUST_PROXY_HOPS: "1",
    LOCAL_SYNC_DELAY_MS: "0",
    HEAP_SOCKET: heapSocket,
    NODE_OPTIONS: `--import ${pathToFileURL("tests/http/heap.js")}`,
  });
  provide("app", {
    ...started.instance,
    sessionSecret: started.sessionSecret,
    webhookSecret,
    heapSocket,
  });

  return async () => {
    await started[Symbol.asyncDispose]();
    clear();
  };
}

function clear(): void {
  execFileSync("npm", ["run", "--silent", "local:reset"], {
    env: { ...process.env, LOCAL_DIR: directory },
    stdio: ["ignore", "ignore", "inherit"],
  });
}
