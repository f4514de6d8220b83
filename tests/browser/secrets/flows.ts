import { expect } from "@playwright/test";
import { addTodo, mailTo, todo } from "../people.ts";
import {
  askForMagicLink,
  comeAndGo,
  expectTodos,
  linkTo,
  newEmail,
  newPassword,
  type Person,
  type Run,
  signIn,
  signOut,
} from "./steps.ts";

export async function signUp(run: Run, name: string): Promise<Person> {
  const visitor = await run.visitor();
  const email = newEmail();
  const password = newPassword(run);
  await visitor.open("/sign-up");
  await visitor.fill({ Name: name, Email: email, Password: password });
  await visitor.press("Sign up");
  await expectTodos(visitor);
  return { visitor, email, password };
}

export async function verifyAddress(run: Run, { visitor, email }: Person): Promise<void> {
  const { page } = visitor;
  const link = await linkTo(run, email, /Verify/);
  await visitor.open(link.slice(0, -1));
  await visitor.press("Verify the address");
  await expect(page.getByRole("alert")).toContainText("This link doesn't work.");
  await visitor.open("/verify-email");
  await visitor.press("Send it again");
  await expect(page.getByRole("status")).toContainText("We sent the email again");
  await visitor.open(link);
  await comeAndGo(run, visitor);
  await visitor.press("Verify the address");
  await expect(page.getByRole("status")).toHaveText("Your email address is verified.");
}

/** Changes a password, forgets it, and sets a new one by mail. */
export async function changePasswords(run: Run, person: Person): Promise<void> {
  const { visitor, email } = person;
  const { page } = visitor;
  const newPasswords = [newPassword(run), newPassword(run)] as const;
  const wrong = newPassword(run);
  await visitor.open("/account");
  for (const current of [wrong, person.password]) {
    await visitor.fill({ "Current password": current, "New password": newPasswords[0] });
    await visitor.press("Change the password");
    await expect(page.getByText(/Wrong password|Your password was changed/)).toBeVisible();
  }
  await expect(page.getByRole("status")).toContainText("Your password was changed");
  await visitor.press("Save");
  await expect(page.getByRole("status")).toHaveText("Your name was saved.");
  await visitor.press("Sign out everywhere else");
  await expect(page.getByRole("status")).toHaveText("You weren't signed in anywhere else.");
  await signOut(visitor);

  await visitor.open("/forgot-password");
  await visitor.fill({ Email: email });
  await visitor.press("Send the link");
  await expect(page.getByRole("status")).toContainText("If this address has an account");
  const link = await linkTo(run, email, /Reset/);
  await visitor.open(link);
  await comeAndGo(run, visitor);
  const tries = [
    [`${link.slice(0, -3)}abc`, newPasswords[1], "This link doesn't work"],
    [link, "1234567", "at least 8 characters"],
    [link, newPasswords[1], "Your password was changed"],
    [link, wrong, "already been used"],
  ] as const;
  for (const [address, password, outcome] of tries) {
    await visitor.open(address);
    await visitor.fill({ "New password": password });
    await visitor.press("Set the password");
    await expect(page.getByText(outcome).first()).toBeVisible();
  }
  await signIn(visitor, email, wrong);
  await expect(page.getByText("Wrong email or password.")).toBeVisible();
  await signIn(visitor, email, newPasswords[1]);
  await expectTodos(visitor);
}

/** Signs a user in with a mailed code, and again with the link of another mail. */
export async function useMagicLinks(run: Run): Promise<void> {
  const visitor = await run.visitor();
  const { page } = visitor;
  const email = newEmail();
  await askForMagicLink(visitor, email);
  const { text, links } = await mailTo(email, /./, run.instance);
  const characters = text.trim().slice(-6);
  run.collection.add("six characters", characters);
  run.collection.addLink(links[0] ?? "");
  await visitor.fill({ Code: "000000" });
  await visitor.press("Sign in");
  await expect(page.getByRole("alert")).toContainText("isn't the code in the latest email");
  await visitor.fill({ Code: characters });
  await visitor.press("Sign in");
  await expectTodos(visitor);
  await signOut(visitor);

  await visitor.open(links[0] ?? "");
  await visitor.press("Sign in");
  await expect(page.getByRole("alert")).toContainText("already been used");
  await askForMagicLink(visitor, email);
  await expect.poll(() => linkTo(run, email, /./)).not.toBe(links[0]);
  await visitor.open(await linkTo(run, email, /./));
  await comeAndGo(run, visitor);
  await visitor.press("Sign in");
  await expectTodos(visitor);
}

/** Comes back from a provider without a sign-in, with one, and with another user's email. */
export async function useProviders(run: Run, unverifiedEmail: string): Promise<void> {
  const visitor = await run.visitor();
  const { page } = visitor;
  await visitor.open("/sign-in");
  await visitor.follow("Continue with GitHub");
  await visitor.follow("Cancel");
  await expect(page.getByRole("alert")).toContainText("You didn't allow the sign-in");
  for (const email of [unverifiedEmail, newEmail()]) {
    await visitor.follow("Continue with GitHub");
    await visitor.fill({ Email: email, Name: "Doug" });
    await visitor.press("Continue");
    await expect(page.getByText(/already has an account|todos? remaining/)).toBeVisible();
  }
}

/**
 * Reads the list while another user adds to it, and then, as an admin, the statistics and their download.
 * @param isLive whether the list updates by itself
 */
export async function readPages(
  run: Run,
  { visitor, email }: Person,
  tasks: string[],
  isLive: boolean,
): Promise<void> {
  const { page } = visitor;
  const doug = (await signUp(run, "Doug")).visitor;
  await visitor.open("/");
  await expectTodos(visitor);
  for (const task of tasks) {
    await addTodo(doug.page, task);
    // By an event, unless the first was added before the stream was open.
    if (isLive) await expect(todo(page, task)).toBeVisible();
  }
  await doug.open("/");
  await run.instance.run(
    "todos",
    `update neon_auth.users_sync
    set raw_json = jsonb_set(raw_json, '{server_metadata}', '{"role": "admin"}') where email = '${email}'`,
  );
  await visitor.open("/stats");
  const download = page.waitForEvent("download");
  await visitor.follow("Download all as CSV");
  await (await download).path();
}

/** Sends requests while tables are missing, at Stack and here. */
export async function meetOutages(run: Run, { visitor: bob, email }: Person): Promise<void> {
  const visitor = await run.visitor();
  const { page } = visitor;
  const link = await linkTo(run, email, /Verify/);
  await without(run, "stack", "users", async () => {
    await signIn(visitor, email, newPassword(run));
    await expect(page.getByRole("alert")).toContainText("can't be reached");
  });
  await without(run, "stack", "emailed_codes", async () => {
    await visitor.open(link);
    await visitor.press("Verify the address");
    await expect(page.getByRole("alert")).toContainText("can't be reached");
    await visitor.open("/magic-link");
    await visitor.fill({ Email: newEmail() });
    await visitor.press("Send the link");
    await expect(page.getByRole("alert")).toContainText("can't be reached");
  });
  await without(run, "todos", "todos", async () => {
    await bob.open("/");
    await expect(bob.page.getByText("Something went wrong")).toBeVisible();
    await bob.open("/account");
  });
}

export async function deleteAccount({ visitor, email }: Person): Promise<void> {
  await visitor.open("/account");
  await visitor.fill({ "Type your email address to confirm": email });
  await visitor.press("Delete the account");
  await expect(visitor.page.getByText("Your account was deleted")).toBeVisible();
}

/** Renames a table while some work is done. */
async function without(
  { instance }: Run,
  database: "todos" | "stack",
  table: string,
  work: () => Promise<void>,
): Promise<void> {
  await instance.run(database, `alter table ${table} rename to away`);
  await work();
  await instance.run(database, `alter table away rename to ${table}`);
}
