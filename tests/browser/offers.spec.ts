import { startInstance } from "#tests/setup/instance.ts";
import { expect, test } from "./people.ts";

test(
  "what the Stack project has switched off is not offered, and its address says so and leads on",
  { tag: "@script" },
  async ({ visitor }) => {
    await using instance = await startInstance({
      variables: {
        LOCAL_ALLOW_SIGN_UP: "false",
        LOCAL_ALLOW_PASSWORDS: "false",
        LOCAL_ALLOW_MAGIC_LINKS: "false",
        LOCAL_OAUTH_PROVIDERS: "github",
      },
    });
    const page = await visitor();
    await page.goto(instance.appUrl);
    await expect(page.getByRole("link", { name: "Sign up" })).toHaveCount(0);
    await page.getByRole("link", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await expect(page.getByRole("textbox")).toHaveCount(0);
    await expect(page.getByRole("main").getByRole("link")).toHaveText(["Continue with GitHub"]);

    for (const [path, heading, sentence] of [
      ["/sign-up", "Sign up", "You can't create new accounts here."],
      ["/magic-link", "Sign in by email", "Sign-in by email is turned off here."],
      ["/forgot-password", "Forgot password?", "Signing in with a password is turned off here."],
      ["/reset-password?code=x", "Set a new password", "Signing in with a password is turned off here."],
    ] as const) {
      await page.goto(`${instance.appUrl}${path}`);
      await expect(page.getByRole("heading", { name: heading })).toBeVisible();
      await expect(page.getByText(sentence)).toBeVisible();
      await expect(page.getByRole("textbox")).toHaveCount(0);
      await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
      await expect(page.getByRole("link", { name: "Continue with GitHub" })).toBeVisible();
    }
  },
);
