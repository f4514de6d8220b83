import { expect } from "@playwright/test";
import type { Instance } from "#tests/setup/instance.ts";
import { mailTo } from "../people.ts";
import type { Collection } from "./collection.ts";
import type { Visitor } from "./visitor.ts";

/** What every flow uses. */
export interface Run {
  instance: Instance;
  collection: Collection;
  visitor: () => Promise<Visitor>;
}

export interface Person {
  visitor: Visitor;
  email: string;
  password: string;
}

export async function signIn(visitor: Visitor, email: string, password: string): Promise<void> {
  await visitor.open("/sign-in");
  await visitor.fill({ Email: email, Password: password });
  await visitor.press("Sign in");
}

export async function signOut(visitor: Visitor): Promise<void> {
  await visitor.press("Sign out");
  await expect(visitor.page.getByRole("link", { name: "Sign up" })).toBeVisible();
}

export async function askForMagicLink(visitor: Visitor, email: string): Promise<void> {
  await visitor.open("/magic-link");
  await visitor.fill({ Email: email });
  await visitor.press("Send the link");
  await expect(visitor.page.getByRole("status")).toContainText(email);
}

export async function expectTodos({ page }: Visitor): Promise<void> {
  await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
}

/** Leaves a mailed page for another site, and comes back. */
export async function comeAndGo({ instance }: Run, visitor: Visitor): Promise<void> {
  const { page } = visitor;
  const address = page.url();
  await visitor.leaveFor(`${instance.stackApiUrl}/`);
  await visitor.open(address);
}

/** The link of the newest mail about something. */
export async function linkTo({ instance, collection }: Run, email: string, subject: RegExp): Promise<string> {
  const [link = ""] = (await mailTo(email, subject, instance)).links;
  collection.addLink(link);
  return link;
}

export function newEmail(): string {
  return `bob-${crypto.randomUUID().slice(0, 8)}@example.com`;
}

export function newPassword({ collection }: Run): string {
  const password = `horse-${crypto.randomUUID()}`;
  collection.add("password", password);
  return password;
}
