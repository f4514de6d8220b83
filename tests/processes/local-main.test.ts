import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { instanceFile, lockLocalDirectory } from "#db/local/directory/instance.ts";
import { newUser } from "#tests/setup/accounts.ts";
import { startInstance } from "#tests/setup/instance.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "todos-main-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Starts local mode where it has to refuse. An empty variable means that it is not set. */
async function refusalOf(mode: "dev" | "local", variables: Record<string, string>): Promise<string> {
  const env = {
    ...{
      ...process.env,
      DATABASE_URL: "",
      DATABASE_URL_UNPOOLED: "",
      STACK_PROJECT_ID: "",
      NODE_ENV: "test",
    },
    ...{ LOCAL_DIR: directory, PORT: "1", ...variables },
  } as NodeJS.ProcessEnv;
  const child = spawn(process.execPath, ["--import", "tsx", "db/local/main.ts", mode], { env });
  onTestFinished(() => void child.kill());
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  expect(code).toBe(1);
  expect(stderr).not.toContain("    at ");
  expect(existsSync(instanceFile(directory))).toBe(false);
  return stderr;
}

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

test.each([
  "127.0.0.1",
  "0.0.0.0",
  ...(hasIpv6 ? ["::1"] : []),
])("a port that is taken on %s is named", async (address) => {
  const stranger = createServer().listen(0, address);
  await once(stranger, "listening");
  const { port } = stranger.address() as { port: number };
  expect(await refusalOf("local", { PORT: String(port) })).toBe(
    `Port ${port} is taken. Set PORT to another one.\n`,
  );
  stranger.close();
});

test("a second instance on the same directory names the first", async () => {
  const release = await lockLocalDirectory(directory);
  expect(await refusalOf("local", {})).toContain(
    `Another instance is running on ${directory} (pid ${process.pid}).`,
  );
  await release?.();
});

test.each(["dev", "local"] as const)("npm run %s refuses NODE_ENV=production", async (mode) => {
  expect(await refusalOf(mode, { NODE_ENV: "production" })).toContain("NODE_ENV is production");
});

test.each(["Neon", "better-auth"])("LOCAL_AUTH=%s is refused", async (value) => {
  expect(await refusalOf("local", { LOCAL_AUTH: value })).toContain("LOCAL_AUTH must be stack or neon\n");
});

test.each([
  ["STACK_PROJECT_ID", { DATABASE_URL: "postgresql://127.0.0.1/todos" }],
  ["DATABASE_URL", { STACK_PROJECT_ID: "6f1ff9d5-1b8a-4a2e-9f6f-6c7c2a8f5b10" }],
  ["DATABASE_URL", { NEXT_PUBLIC_STACK_PROJECT_ID: "6f1ff9d5-1b8a-4a2e-9f6f-6c7c2a8f5b10" }],
])("half a configuration reports that %s is missing", async (missing, variables) => {
  expect(await refusalOf("dev", variables)).toContain(`${missing} is missing`);
});

/** Node 20 knows no proxies. tests/other-node.ts runs this on Node 22. */
const knowsProxies = process.allowedNodeEnvironmentFlags.has("--use-env-proxy");

test.skipIf(!knowsProxies)(
  "behind a proxy, no request to this machine goes through it",
  { timeout: 600_000 },
  async () => {
    const proxied: string[] = [];
    const proxy = createHttpServer((request, response) => {
      proxied.push(`${request.method} ${request.url}`);
      response.writeHead(502).end();
    }).on("connect", (request, socket) => {
      proxied.push(`CONNECT ${request.url}`);
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    onTestFinished(() => void proxy.close());
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const variables = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: address, NO_PROXY: "example.com" };

    await using instance = await startInstance({ variables });
    const typed = { email: "bob@example.com", password: "correct horse" };
    const signUp = await fetch(`${instance.appUrl}/sign-up`, {
      method: "POST",
      headers: { Origin: instance.appUrl },
      body: new URLSearchParams(typed),
      redirect: "manual",
    });
    expect(signUp.status).toBe(303);
    await newUser(instance, { email: "doug@example.com" });
    await promisify(execFile)(process.execPath, ["db/command.js", "admin", "doug@example.com", "--local"], {
      env: { ...process.env, ...variables, LOCAL_DIR: instance.directory },
    });
    expect(proxied).toEqual([]);
  },
);
