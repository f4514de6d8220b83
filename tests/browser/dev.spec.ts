import { existsSync, rmSync } from "node:fs";
import { newLocalDirectory, startInstance } from "#tests/setup/instance.ts";
import { addTodo, expect, signUp, test, todo } from "./people.ts";

test(
  "npm run dev takes a newcomer from nothing to a first todo, and keeps it over a restart",
  {
    tag: "@script",
  },
  async ({ visitor }) => {
    const directory = newLocalDirectory();
    const email = "bob@example.com";
    const page = await visitor();
    const readCode = todo(page, "Read the code");

    const first = await startInstance({ script: "dev", directory });
    await signUp(page, `${first.appUrl}/sign-up`, "Bob", email);
    await addTodo(page, "Read the code");
    await readCode.getByRole("checkbox").click();
    await expect(readCode.getByRole("checkbox")).toBeChecked();
    // The open page has a connection to the development server, and complains when it ends.
    await page.goto("about:blank");
    await first.stop();
    expect(existsSync(`${directory}/local.json`)).toBe(false);

    await using second = await startInstance({ script: "dev", directory });
    await page.goto(`${second.appUrl}/sign-in`);
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill("correct horse");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(readCode).toContainText(email);
    await expect(readCode.getByRole("checkbox")).toBeChecked();
    await page.goto("about:blank");

    const viteCache = `node_modules/.vite/-${directory.slice(1)}`;
    expect(existsSync(viteCache)).toBe(true);
    rmSync(viteCache, { recursive: true });
  },
);
