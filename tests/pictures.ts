// `npm run pictures`: the pictures of README, from the running app and its seeds.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { chromium, type Page } from "@playwright/test";
import { findChromium } from "./browser/chromium.ts";
import { startInstance } from "./setup/instance.ts";

const directory = "docs/pictures";
mkdirSync(directory, { recursive: true });

await using instance = await startInstance();
execFileSync("npm", ["run", "--silent", "db:seed"], {
  env: { ...process.env, LOCAL_DIR: instance.directory, DATABASE_URL: "", DATABASE_URL_UNPOOLED: "" },
});
await instance.run(
  "todos",
  `update todos t
  set due_on = current_date + d.days,
    assignee_id = u.id
  from (
    values
      ('Water the plants', -1, 'bob@example.com'),
      ('Pick the cherries', 2, 'doug@example.com'),
      ('Invite the neighbors', 9, null)
  ) as d (task, days, assignee)
  left join neon_auth.users_sync u on u.email = d.assignee
  where t.task = d.task`,
);

const browser = await chromium.launch(await findChromium());
await takePicture("list", "bob@example.com", "bob counts to 3", { width: 1080, height: 1010 }, "light");
await takePicture("phone", "doug@example.com", "doug counts to 2", { width: 390, height: 760 }, "dark");
await takePicture(
  "stats",
  "admin@example.com",
  "admins see it all",
  { width: 1080, height: 720 },
  "light",
  (page) => page.goto(`${instance.appUrl}/stats`),
);
await browser.close();

async function takePicture(
  name: string,
  email: string,
  password: string,
  viewport: { width: number; height: number },
  colorScheme: "light" | "dark",
  open: (page: Page) => Promise<unknown> = async () => {},
): Promise<void> {
  const page = await browser.newPage({ viewport, colorScheme });
  await page.goto(`${instance.appUrl}/sign-in`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Todos" }).waitFor();
  await open(page);
  await page.screenshot({ path: `${directory}/${name}.png` });
  console.log(`${directory}/${name}.png`);
}
