import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { addTodo, expect, test, todo } from "./people.ts";

const directory = ".local-browser-tests-dev";
const viteCache = "node_modules/.vite/-local-browser-tests-dev";
const port = 3457;
test.use({ baseURL: `http://localhost:${port}` });

test("npm run dev takes a newcomer from nothing to a first todo, and keeps it over a restart", async ({
  person,
}) => {
  test.setTimeout(120_000);
  for (const path of [directory, viteCache]) rmSync(path, { recursive: true, force: true });

  const first = await start();
  const { page, email } = await person("Bob");
  await addTodo(page, "Read the code");
  await todo(page, "Read the code").getByRole("checkbox").click();
  await expect(todo(page, "Read the code").getByRole("checkbox")).toBeChecked();
  // The open page has a connection to the development server, and complains when it ends.
  const state = await page.context().storageState();
  await page.goto("about:blank");
  await first.stop();
  expect(existsSync(`${directory}/local.json`)).toBe(false);

  const second = await start();
  await page.context().addCookies(state.cookies);
  await page.goto("/");
  await expect(todo(page, "Read the code")).toContainText(email);
  await expect(todo(page, "Read the code").getByRole("checkbox")).toBeChecked();
  await page.goto("about:blank");
  await second.stop();
  expect(existsSync(viteCache)).toBe(true);
  for (const path of [directory, viteCache]) rmSync(path, { recursive: true });
});

/** Runs the command until the app answers. */
async function start() {
  const variables = { ...process.env, PORT: String(port), LOCAL_DIR: directory };
  const command = spawn("npm", ["run", "dev"], { env: variables, stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(command, "exit");
  await expect.poll(() => existsSync(`${directory}/local.json`), { timeout: 60_000 }).toBe(true);
  return {
    async stop() {
      process.kill(JSON.parse(readFileSync(`${directory}/local.json`, "utf8")).pid, "SIGTERM");
      await ended;
    },
  };
}
