import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, inject, vi } from "vitest";
import { closeDatabases } from "#app/db/database.server.ts";

// Each test file has its own database, a copy of the template.
const adminUrl = inject("adminUrl");
const name = `test_${randomUUID().slice(0, 8)}`;

// Not with `strategy file_copy`: it is faster alone, but its checkpoints stop the other test files' sessions.
await run(`create database ${name} template ${inject("template")}`);

const url = new URL(adminUrl);
url.pathname = name;
process.env.DATABASE_URL = url.href;
// The Stack stand-in's tables have other names. A database of their own would take as long to create as the app's. Its
// other URL gives the stand-in its own connections, as it plays another process.
url.searchParams.set("application_name", "stack");
process.env.STACK_DATABASE_URL = url.href;
process.env.STACK_API_URL = "http://stack.test";
process.env.STACK_PROJECT_ID = "6f1ff9d5-1b8a-4a2e-9f6f-6c7c2a8f5b10";
process.env.STACK_PUBLISHABLE_CLIENT_KEY = "pck_test";
process.env.STACK_SECRET_SERVER_KEY = "ssk_test";
process.env.APP_ORIGIN = "http://localhost:3000";
process.env.SESSION_SECRET = "a secret for tests, 32 characters or more";

afterAll(async () => {
  await closeDatabases();
  // A connection that a test leaves open keeps its database from being dropped, and fails the file.
  await vi.waitFor(() => run(`drop database if exists ${name}`), {
    // For hangs alone.
    timeout: 60_000,
    interval: 50,
  });
});

/** Without the driver, as some test files must not have its hooks installed. */
async function run(text: string): Promise<void> {
  const client = new pg.Client(adminUrl);
  await client.connect();
  await client.query(text).finally(() => client.end());
}
