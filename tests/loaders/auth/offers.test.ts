import { afterAll, expect, test, vi } from "vitest";
import { loader as account } from "#app/routes/account/route.tsx";
import { loader as magicLink } from "#app/routes/auth/magic-link/route.tsx";
import { loader as forgotPassword } from "#app/routes/auth/password/forgot-password.tsx";
import { loader as resetPassword } from "#app/routes/auth/password/reset-password.tsx";
import { loader as signIn } from "#app/routes/auth/password/sign-in.tsx";
import { loader as signUp } from "#app/routes/auth/password/sign-up.tsx";
import { loader as list } from "#app/routes/todos/route.tsx";
import { Browser, signedUp } from "#tests/loaders/browser.ts";
import type { ProjectSettings } from "#tests/mocks/stack/project-settings.ts";
import { standIn } from "#tests/setup/stack.ts";

/** The app's clock. It never goes back: settings that are read late stay in use for longer. */
let now = Date.now();
afterAll(() => void vi.useRealTimers());

interface Page {
  loader: Parameters<Browser["load"]>[0];
  path: string;
  /** What it takes for the page to offer something, and what its data says then and otherwise. */
  off: Partial<ProjectSettings>;
  offered: object;
  notOffered: object;
}

const pages: Page[] = [
  {
    loader: signIn,
    path: "/sign-in",
    off: { allowsPasswords: false, allowsMagicLinks: false, oauthProviders: ["google"] },
    offered: { passwords: true, magicLinks: true, signUp: true },
    notOffered: {
      passwords: false,
      magicLinks: false,
      signUp: true,
      providers: [{ id: "google", name: "Google" }],
    },
  },
  {
    loader: signUp,
    path: "/sign-up",
    off: { allowsSignUp: false },
    offered: { signUp: true },
    notOffered: { signUp: false },
  },
  {
    loader: signUp,
    path: "/sign-up?redirectTo=/stats",
    off: { allowsPasswords: false, allowsMagicLinks: false, oauthProviders: [] },
    offered: { signUp: true },
    notOffered: { signUp: false, redirectTo: "/stats" },
  },
  {
    loader: magicLink,
    path: "/magic-link",
    off: { allowsMagicLinks: false },
    offered: { step: { is: "address wanted" } },
    notOffered: { step: { is: "turned off" } },
  },
  {
    loader: forgotPassword,
    path: "/forgot-password",
    off: { allowsPasswords: false },
    offered: { isOffered: true },
    notOffered: { isOffered: false },
  },
  {
    loader: resetPassword,
    path: "/reset-password",
    off: { allowsPasswords: false },
    offered: { isOffered: true },
    notOffered: { isOffered: false },
  },
  {
    loader: list,
    path: "/",
    off: { allowsSignUp: false },
    offered: { view: "landing", signUp: true },
    notOffered: { view: "landing", signUp: false },
  },
];

/** Settings are read again after five minutes, while the old ones stay in use. */
async function expectSoon(
  browser: Browser,
  { loader, path }: Pick<Page, "loader" | "path">,
  data: object,
): Promise<void> {
  now += 6 * 60_000;
  vi.useFakeTimers({ toFake: ["Date"], now });
  const seen = async () => (await browser.load(loader, path)).json();
  await vi.waitFor(async () => expect(await seen()).toMatchObject(data), { interval: 5 });
}

test.each(pages)("$path offers only what the project has switched on", async (page) => {
  await expectSoon(new Browser(), page, page.offered);
  Object.assign(standIn.settings, page.off);
  await expectSoon(new Browser(), page, page.notOffered);
});

test("/account offers no password and no deletion where they are off", async () => {
  const page = { loader: account, path: "/account" };
  await expectSoon(new Browser(), { loader: signIn, path: "/sign-in" }, { passwords: true });
  const bob = await signedUp("bob@example.com");
  expect(await (await bob.load(account, "/account")).json()).toMatchObject({
    passwords: true,
    accountDeletion: true,
  });
  Object.assign(standIn.settings, { allowsPasswords: false, allowsAccountDeletion: false });
  await expectSoon(bob, page, { view: "account", passwords: false, accountDeletion: false });
});
