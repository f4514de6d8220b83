import type { CDPSession, Locator, Page, Route } from "@playwright/test";
import { isDataRequest } from "#app/http/remix-data.ts";
import { addTodo, expect, removeTodos, routeFirst, test, todo } from "./people.ts";

const newTodo = (page: Page) => page.getByRole("textbox", { name: "New todo" });
const editField = (page: Page) => page.getByRole("textbox", { name: "Edit todo" });
const searchbox = (page: Page) => page.getByRole("searchbox", { name: "Search" });
const filter = (page: Page, name: string) => page.getByRole("link", { name, exact: true });

test(
  "letters typed while an earlier answer comes in stay in the search, and one step back leads to before the typing",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await addTodo(page, "Feed the cat");
    await addTodo(page, "Buy milk");
    await filter(page, "Mine").click();
    await expect(page).toHaveURL("/?owner=me");
    const written = await scriptsWrites(searchbox(page));
    // In the moment between an answer and its rendering, which a test cannot meet from outside.
    await page.evaluate(() => {
      const { pushState } = History.prototype;
      history.pushState = (...args) => {
        pushState.apply(history, args);
        history.pushState = pushState;
        document.execCommand("insertText", false, "eed");
        queueMicrotask(() => document.querySelector<HTMLFormElement>("form[role=search]")?.requestSubmit());
      };
    });
    await searchbox(page).pressSequentially("f");
    await expect(page).toHaveURL("/?owner=me&q=feed");
    await expect(todo(page, "Buy milk")).toHaveCount(0);
    await expect(searchbox(page)).toHaveValue("feed");
    expect(await written()).toEqual([]);
    await page.goBack();
    await expect(page).toHaveURL("/?owner=me");
    await expect(searchbox(page)).toHaveValue("");
    await removeTodos(page, ["Feed the cat", "Buy milk"]);
  },
);

test(
  "a search that was not answered before the next one leaves no gap in the history",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await filter(page, "Mine").click();
    await expect(page).toHaveURL("/?owner=me");
    // The first is never answered.
    await routeFirst(
      page,
      ({ href }) => isDataRequest(href),
      () => {},
    );
    const first = page.waitForRequest((request) => isDataRequest(request.url()));
    await searchbox(page).pressSequentially("f");
    await first;
    await searchbox(page).pressSequentially("eed");
    await expect(page).toHaveURL("/?owner=me&q=feed");
    await page.goBack();
    await expect(page).toHaveURL("/?owner=me");
    await expect(searchbox(page)).toHaveValue("");
  },
);

test(
  "an address that changes while the search has the focus shows there once the field is left",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await page.goto("/?owner=me&q=seeds");
    await expect(page.getByRole("button", { name: "Keyboard shortcuts" })).toBeVisible();
    const release = await hold(page, "**/?index*");
    await newTodo(page).fill("Feed the cat");
    await newTodo(page).press("Enter");
    await searchbox(page).focus();
    const written = await scriptsWrites(searchbox(page));
    await release();
    await expect(page).toHaveURL("/?owner=me");
    await expect(todo(page, "Feed the cat").getByRole("checkbox")).toBeEnabled();
    expect(await written()).toEqual([]);
    await expect(searchbox(page)).toHaveValue("seeds");
    await newTodo(page).focus();
    await expect(searchbox(page)).toHaveValue("");
    await removeTodos(page, ["Feed the cat"]);
  },
);

test(
  "text that was typed before the script was there is searched for",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    const release = await hold(page, "**/assets/*.js");
    await page.goto("/?owner=me", { waitUntil: "commit" });
    await searchbox(page).fill("seeds");
    await release();
    await expect(page).toHaveURL("/?owner=me&q=seeds");
    await expect(searchbox(page)).toHaveValue("seeds");
  },
);

test(
  "while characters are composed nothing is searched or written, and afterwards the search runs once",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    // Before the page has timers, which this clock could not clear.
    await page.clock.install();
    await page.reload();
    await addTodo(page, "会議");
    await addTodo(page, "Buy milk");
    const ime = await page.context().newCDPSession(page);
    const asked: string[] = [];
    page.on("request", (request) => {
      if (isDataRequest(request.url())) asked.push(new URL(request.url()).searchParams.get("q") ?? "");
    });
    await page.clock.pauseAt(Date.now() + 60_000);
    await searchbox(page).focus();
    const written = await scriptsWrites(searchbox(page));
    await page.keyboard.type("x");
    for (const text of ["か", "かい", "かいぎ"]) {
      await compose(ime, text);
      await page.clock.runFor(1_000);
    }
    await expect(searchbox(page)).toHaveValue("xかいぎ");
    await press(ime, "Enter", 229);
    expect(asked).toEqual([]);
    await ime.send("Input.insertText", { text: "会議" });
    await page.keyboard.press("Home");
    await page.keyboard.press("Delete");
    await page.clock.runFor(1_000);
    await expect(page).toHaveURL(`/?q=${encodeURIComponent("会議")}`);
    await expect(todo(page, "Buy milk")).toHaveCount(0);
    await expect(searchbox(page)).toHaveValue("会議");
    expect(asked).toEqual(["会議"]);
    expect(await written()).toEqual([]);
    await page.clock.resume();
    await page.goto("/");
    await removeTodos(page, ["会議", "Buy milk"]);
  },
);

// In Safari the composition has ended by then.
for (const [browser, keyCode, isEnded] of [
  ["most browsers", 13, false],
  ["Safari", 229, true],
] as const) {
  test(
    `in ${browser} the Enter that ends a composition sends no form, and its Escape leaves no edit`,
    { tag: "@script" },
    async ({ person }) => {
      const { page } = await person("Bob");
      await addTodo(page, "Buy milk");
      const ime = await page.context().newCDPSession(page);
      const posts: string[] = [];
      page.on("request", (request) => {
        if (request.method() === "POST") posts.push(request.postData() ?? "");
      });
      const end = async () => {
        if (isEnded) await ime.send("Input.insertText", { text: "会議" });
      };

      await newTodo(page).focus();
      await compose(ime, "かいぎ");
      await end();
      await press(ime, "Enter", keyCode);
      if (!isEnded) await ime.send("Input.insertText", { text: "会議" });
      await expect(newTodo(page)).toHaveValue("会議");
      await newTodo(page).fill("");

      await page.getByRole("button", { name: "Edit Buy milk" }).click();
      await editField(page).fill("");
      await compose(ime, "かいぎ");
      await end();
      await press(ime, "Escape", isEnded ? 229 : 27);
      if (!isEnded) await compose(ime, "かいぎ");
      await press(ime, "Enter", keyCode);
      if (!isEnded) await ime.send("Input.insertText", { text: "会議" });
      await expect(editField(page)).toHaveValue("会議");
      await page.keyboard.press("Escape");
      await expect(editField(page)).toHaveCount(0);

      await page.getByRole("link", { name: "Account" }).click();
      await page.getByLabel("Name").fill("");
      await compose(ime, "かいぎ");
      await end();
      await press(ime, "Enter", keyCode);
      if (!isEnded) await ime.send("Input.insertText", { text: "会議" });
      await expect(page.getByLabel("Name")).toHaveValue("会議");
      expect(posts).toEqual([]);

      await page.keyboard.press("Enter");
      await expect(page.getByText("Your name was saved.")).toBeVisible();
      await page.goto("/");
      await removeTodos(page, ["Buy milk"]);
    },
  );
}

/** Keeps requests waiting. @returns lets them go, and those to come */
async function hold(page: Page, url: string): Promise<() => Promise<void>> {
  const held: Route[] = [];
  let isHolding = true;
  await page.route(url, (route) => (isHolding ? void held.push(route) : route.continue()));
  return async () => {
    isHolding = false;
    for (const route of held) await route.continue();
  };
}

/** @returns what scripts have written into a field since */
async function scriptsWrites(field: Locator): Promise<() => Promise<string[]>> {
  const written = await field.evaluateHandle((input: HTMLInputElement) => {
    const texts: string[] = [];
    // React may have put its own property on the field.
    const value =
      Object.getOwnPropertyDescriptor(input, "value") ??
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
    Object.defineProperty(input, "value", {
      configurable: true,
      get() {
        return value?.get?.call(this);
      },
      set(text: string) {
        texts.push(text);
        value?.set?.call(this, text);
      },
    });
    return texts;
  });
  return () => written.jsonValue();
}

async function compose(ime: CDPSession, text: string): Promise<void> {
  await ime.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
}

/** As a browser passes on a key that the input method has seen. */
async function press(ime: CDPSession, key: "Enter" | "Escape", keyCode: number): Promise<void> {
  const text = key === "Enter" ? "\r" : "";
  const described = { key, code: key, windowsVirtualKeyCode: keyCode, text };
  await ime.send("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", ...described });
  await ime.send("Input.dispatchKeyEvent", { type: "keyUp", key, code: key, windowsVirtualKeyCode: keyCode });
}
