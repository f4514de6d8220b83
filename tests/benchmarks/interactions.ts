import { type Browser, chromium, type Page } from "@playwright/test";
import { connectClient } from "#app/db/database.server.ts";
import { isDataRequest } from "#app/http/remix-data.ts";
import { findChromium } from "#tests/browser/chromium.ts";
import { startInstance } from "#tests/setup/instance.ts";

// How long the page of 50 todos takes to answer with the next picture, on a CPU four times as slow as this one: what
// web.dev calls interaction to next paint. It is printed, and aims at 100 ms.

const slowdown = 4;
const times = 10;
const todos = 50;

declare global {
  interface Window {
    /** How long each event took that belongs to an interaction, in ms: from the press to the next paint. */
    interactions: number[];
  }
}

interface EventTiming extends PerformanceEntry {
  interactionId: number;
}

function noteInteractions(): void {
  window.interactions = [];
  const options = { type: "event", durationThreshold: 16 };
  new PerformanceObserver((list) => {
    for (const { duration, interactionId } of list.getEntries() as EventTiming[]) {
      if (interactionId > 0) window.interactions.push(duration);
    }
  }).observe(options);
}

/** What an interaction does, the `round`-th time, and how it is known that it is over. */
interface Interaction {
  name: string;
  run: (page: Page, round: number) => Promise<void>;
}

const item = (page: Page, place: number) =>
  page.getByRole("list", { name: "Todos", exact: true }).getByRole("listitem").nth(place);
const isAnswered = (page: Page) => page.waitForResponse((answer) => answer.request().method() === "POST");

const interactions: Interaction[] = [
  {
    name: "tick",
    async run(page, round) {
      const answered = isAnswered(page);
      await item(page, round).getByRole("checkbox").click();
      await answered;
    },
  },
  {
    name: "type a letter of a new todo",
    run: (page) => page.getByRole("textbox", { name: "New todo" }).press("x"),
  },
  {
    name: "add",
    async run(page, round) {
      const field = page.getByRole("textbox", { name: "New todo" });
      await field.fill(`another ${round}`);
      const answered = isAnswered(page);
      await field.press("Enter");
      await answered;
    },
  },
  {
    name: "begin to edit",
    async run(page, round) {
      await item(page, round + 5)
        .getByRole("button", { name: /^Edit/ })
        .click();
      await page.getByRole("textbox", { name: "Edit todo" }).press("Escape");
    },
  },
  {
    name: "save an edit",
    async run(page, round) {
      await item(page, round + 5)
        .getByRole("button", { name: /^Edit/ })
        .click();
      await interactionsOf(page);
      await page.getByRole("textbox", { name: "Edit todo" }).fill(`edited ${round}`);
      const answered = isAnswered(page);
      await page.keyboard.press("Enter");
      await answered;
    },
  },
  {
    name: "delete",
    async run(page) {
      const answered = isAnswered(page);
      await item(page, 20)
        .getByRole("button", { name: /^Delete/ })
        .click();
      await answered;
    },
  },
  {
    name: "undo",
    async run(page) {
      const answered = isAnswered(page);
      await page.getByRole("button", { name: "Undo" }).click();
      await answered;
    },
  },
  {
    name: "tick all",
    async run(page) {
      const answered = isAnswered(page);
      await page.getByRole("checkbox", { name: "Tick all on this page" }).click();
      await answered;
    },
  },
  {
    name: "filter",
    async run(page, round) {
      const name = round % 2 === 0 ? "Mine" : "All";
      const loaded = page.waitForResponse((response) => isDataRequest(response.url()));
      await page.getByRole("link", { name, exact: true }).click();
      await loaded;
    },
  },
  {
    name: "type a letter of a search",
    async run(page, round) {
      const field = page.getByRole("searchbox", { name: "Search" });
      const loaded = page.waitForResponse((response) => isDataRequest(response.url()));
      await field.press(round % 2 === 0 ? "o" : "Backspace");
      await loaded;
    },
  },
];

const instance = await startInstance();
const { executablePath, args } = await findChromium();
const browser = await chromium.launch({ executablePath, args });
try {
  const page = await signedUp(browser);
  console.log(
    `The next paint after each, ${todos} todos on the page, CPU ${slowdown} times as slow, ${times} times each, in ms (aim: 100)`,
  );
  for (const { name, run } of interactions) {
    const durations: number[] = [];
    for (let round = 0; round < times; round++) {
      await run(page, round);
      durations.push(Math.max(0, ...(await interactionsOf(page))));
    }
    durations.sort((a, b) => a - b);
    const median = durations[Math.floor(times / 2)] ?? 0;
    const worst = durations.at(-1) ?? 0;
    console.log(
      `${name.padEnd(28)} median ${String(median).padStart(4)}   worst ${String(worst).padStart(4)}`,
    );
  }
} finally {
  await browser.close();
  await instance[Symbol.asyncDispose]();
}

/** A page with the list, and 50 todos on it. */
async function signedUp(browser: Browser): Promise<Page> {
  const page = await browser.newPage({ baseURL: instance.appUrl });
  await page.goto("/sign-up");
  const email = `bob-${crypto.randomUUID().slice(0, 8)}@example.com`;
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("correct horse");
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.getByRole("heading", { name: "Todos" }).waitFor();
  const database = await connectClient(instance.databaseUrl);
  await database.query("delete from todos");
  await database.query(
    "insert into todos (owner_id, task) select u.id, 'todo ' || n from neon_auth.users_sync u, generate_series(1, $1::int) n where u.email = $2",
    [todos, email],
  );
  await database.end();
  await page.goto("/");
  await page.evaluate(noteInteractions);
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
  return page;
}

/** The interactions that were noted since it was asked for the last time, once the page has had the time to paint what came of them. */
function interactionsOf(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    // What the server answers is shown, too, before the next one begins; it came between a press and its paint else.
    await new Promise((resolve) => setTimeout(resolve, 600));
    return window.interactions.splice(0);
  });
}
