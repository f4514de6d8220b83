import type { BrowserContext, Page } from "@playwright/test";
import axe from "axe-core";
import { test as base, expect } from "./people.ts";

declare global {
  interface Window {
    axe: typeof axe;
  }
}

const standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

interface Fixtures {
  /**
   * Expects that axe finds nothing on a page in its present state, narrow and light, wide and dark. Also checks what axe
   * does not: a title, one main heading, no motion with reduced motion, targets of 24 px (WCAG 2.5.8), and no sideways
   * scrolling at 320 px or with letters twice as large (1.4.10, 1.4.4).
   */
  expectAccessible: (page: Page, title: string, state: string) => Promise<void>;
  /** Expects that axe finds nothing on a page, in one state only. */
  expectNoViolations: (page: Page, where: string) => Promise<void>;
  /** A page that axe can check: its rules wait for timers, which never fire with JavaScript off. */
  examined: (page: Page) => Promise<Page>;
}

export const test = base.extend<Fixtures>({
  examined: async ({ browser, javaScriptEnabled }, use) => {
    let context: BrowserContext | undefined;
    await use(async (page) => {
      if (javaScriptEnabled !== false) return page;
      context ??= await browser.newContext({ javaScriptEnabled: true });
      return copyOf(page, context);
    });
    await context?.close();
  },
  expectNoViolations: async ({ examined }, use) => {
    await use(async (page, where) => {
      expect.soft(await violations(await examined(page)), where).toEqual([]);
    });
  },
  expectAccessible: async ({ examined }, use) => {
    await use((page, title, state) =>
      test.step(`${title}, ${state}`, async () => {
        await expect(page).toHaveTitle(title);
        await expect(page.locator("html")).toHaveAttribute("lang", "en");
        await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
        await expect(page.getByRole("main")).toHaveCount(1);
        await expectAccessibleLooks(await examined(page), `${title}, ${state}`);
      }),
    );
  },
});

/** Every width and every scheme once: colors do not depend on the width, and nothing else depends on the scheme. */
const looks = [
  { width: 390, colorScheme: "light", rules: undefined },
  { width: 1280, colorScheme: "dark", rules: ["color-contrast", "link-in-text-block", "target-size"] },
] as const;

async function expectAccessibleLooks(page: Page, where: string): Promise<void> {
  for (const { width, colorScheme, rules } of looks) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect.soft(await violations(page, rules), `${where}, ${width} px, ${colorScheme}`).toEqual([]);
  }
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    expect.soft(await page.evaluate(overflow), `${where}, ${width} px`).toBeLessThanOrEqual(0);
    expect.soft(await page.evaluate(smallTargets), `${where}, ${width} px`).toEqual([]);
  }
  expect.soft(await page.evaluate(() => document.getAnimations().length), "motion").toBe(0);
  await page.setViewportSize({ width: 640, height: 800 });
  await page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
  expect.soft(await page.evaluate(overflow), `${where}, large letters`).toBeLessThanOrEqual(0);
  await page.evaluate(() => document.documentElement.style.removeProperty("font-size"));
}

/** The page as the server sent it and its forms changed it, without its scripts, at the same address. */
async function copyOf(page: Page, context: BrowserContext): Promise<Page> {
  const html = (await page.content()).replaceAll(/<script\b.*?<\/script>/gs, "");
  const [copy = await context.newPage()] = context.pages();
  await copy.unrouteAll();
  await copy.route(page.url(), (route) =>
    route.fulfill({ contentType: "text/html; charset=utf-8", body: html }),
  );
  await copy.goto(page.url());
  return copy;
}

/** Which rules are broken, and where. @param rules all that belong to a standard by default */
async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  // Axe is 560 KB. Loading it takes twice as long as running it, and @axe-core/playwright loads it twice per run.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const runOnly: axe.RunOnly = rules
    ? { type: "rule", values: [...rules] }
    : { type: "tag", values: [...standards] };
  const found = await page.evaluate(
    (options) => window.axe.run(document, options).then((results) => results.violations),
    { runOnly, resultTypes: ["violations" as const] },
  );
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}): ${target.join(" ")}: ${failureSummary}`),
  );
}

/** How many pixels of a page are outside its window, sideways. */
export function overflow(): number {
  const { scrollWidth, clientWidth } = document.scrollingElement ?? document.documentElement;
  return scrollWidth - clientWidth;
}

/** Controls smaller than 24 px in one direction, except links within sentences. */
function smallTargets(): string[] {
  return [...document.querySelectorAll("a, button, input:not([type=hidden]), summary")]
    .filter((element) => element.checkVisibility() && !element.closest("p, dialog:not([open])"))
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width < 24 || box.height < 24)
    .map(({ element, box }) => `${element.outerHTML.slice(0, 200)}: ${box.width} × ${box.height}`);
}
