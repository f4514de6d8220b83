import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { TestProject } from "vitest/node";
import type { StackInstance } from "#db/local/directory/instance.ts";
import { newLocalDirectory, startInstance } from "#tests/setup/instance.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The instance that the tests run against. */
    app: StackInstance & { sessionSecret: string; webhookSecret: string; heapSocket: string };
  }
}

/** Starts the production build once, as `npm run local` does, with its own data. */
export default async function setup({ provide }: TestProject) {
  const directory = newLocalDirectory();
  const heapSocket = join(directory, "heap.sock");
  const webhookSecret = `whsec_${randomBytes(24).toString("base64")}`;
  const instance = await startInstance({
    directory,
    variables: {
      STACK_WEBHOOK_SECRET: webhookSecret,
      // Each request has its own address: one address may do little in 15 minutes.
      TRUST_PROXY_HOPS: "1",
      LOCAL_SYNC_DELAY_MS: "0",
      HEAP_SOCKET: heapSocket,
      NODE_OPTIONS: `--import ${pathToFileURL("tests/http/heap.js")}`,
    },
  });
  const { log: _, run: __, stop: ___, [Symbol.asyncDispose]: dispose, ...site } = instance;
  provide("app", { ...site, webhookSecret, heapSocket });
  return () => dispose();
}
