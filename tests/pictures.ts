// `npm run pictures`: the pictures of README, from the running app and its seeds.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { chromium, type Page } from "@playwright/test";
import UPNG from "upng-js";
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

/** As `npm run db:seed` prints them. */
const passwords = { bob: "bob counts to 3", doug: "doug counts to 2", admin: "admins see it all" };

const browser = await chromium.launch(await findChromium());
await takePicture("list", await openList("bob", { width: 1080, height: 1010 }, "light"));
await takePicture("phone", await openList("doug", { width: 390, height: 760 }, "dark"));
const admin = await openList("admin", { width: 1080, height: 720 }, "light");
await admin.goto(`${instance.appUrl}/stats`);
await takePicture("stats", admin);
await takeMovingPicture("live");
await browser.close();

async function openList(
  name: keyof typeof passwords,
  viewport: { width: number; height: number },
  colorScheme: "light" | "dark",
): Promise<Page> {
  const page = await browser.newPage({ viewport, colorScheme });
  await page.goto(`${instance.appUrl}/sign-in`);
  await page.getByLabel("Email").fill(`${name}@example.com`);
  await page.getByLabel("Password").fill(passwords[name]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Todos" }).waitFor();
  return page;
}

async function takePicture(name: string, page: Page): Promise<void> {
  await page.screenshot({ path: `${directory}/${name}.png` });
  console.log(`${directory}/${name}.png`);
}

/** Two users' screens beside each other: what one of them ticks is ticked on the other one, too. */
async function takeMovingPicture(name: string): Promise<void> {
  const screen = { width: 390, height: 420 };
  const [bob, doug] = [await openList("bob", screen, "light"), await openList("doug", screen, "dark")];
  const pixels = async (page: Page) => {
    const [rgba = new ArrayBuffer()] = UPNG.toRGBA8(UPNG.decode(bufferOf(await page.screenshot())));
    return new Uint32Array(rgba);
  };
  for (const page of [bob, doug]) await page.locator("ul.todos").evaluate((list) => list.scrollIntoView());

  let [bobs, dougs] = [await pixels(bob), await pixels(doug)];
  const frames: [pixels: ArrayBuffer, milliseconds: number][] = [];
  const show = (milliseconds: number) =>
    frames.push([besideEachOther(bobs, dougs, screen.width), milliseconds]);
  const tick = async (page: Page, task: string) => {
    await page.getByRole("checkbox", { name: task }).click();
    for (const each of [bob, doug]) await each.getByRole("checkbox", { name: task, checked: true }).waitFor();
  };
  show(1_500);
  await tick(bob, "Plant the seeds");
  bobs = await pixels(bob);
  show(300);
  dougs = await pixels(doug);
  show(1_500);
  await tick(doug, "Water the plants");
  dougs = await pixels(doug);
  show(300);
  bobs = await pixels(bob);
  show(2_500);

  const [images, pauses] = [frames.map(([image]) => image), frames.map(([, pause]) => pause)];
  const picture = UPNG.encode(images, 2 * screen.width, screen.height, 256, pauses);
  writeFileSync(`${directory}/${name}.png`, Buffer.from(picture));
  console.log(`${directory}/${name}.png`);
}

/** @returns RGBA of two pictures of the same size */
function besideEachOther(left: Uint32Array, right: Uint32Array, width: number): ArrayBuffer {
  const both = new Uint32Array(2 * left.length);
  for (let at = 0; at < left.length; at += width) {
    both.set(left.subarray(at, at + width), 2 * at);
    both.set(right.subarray(at, at + width), 2 * at + width);
  }
  return both.buffer;
}

function bufferOf(bytes: Buffer): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
