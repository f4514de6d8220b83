import { type Typed, typedIn } from "../changes/answer.ts";

/** In sessionStorage: two tabs may hold two different texts, and neither should change under the other's hands. */
const name = "todos-drafts";
/** In localStorage, how often users signed out here: signing out in one tab ends the drafts of all. */
const signOutsName = "todos-sign-outs";

/** @property was the fields as the edit began */
export type Draft = Typed & { was?: Typed | undefined };

interface Drafts {
  userId: string;
  signOuts: number;
  byField: Record<string, Draft>;
}

export function findDraft(userId: string, field: string): Draft | undefined {
  const draft = read(userId)[field];
  return draft && { ...typedIn(new Map(Object.entries(draft))), was: toTyped(draft.was) };
}

/** @param draft undefined: drops it */
export function keepDraft(userId: string, field: string, draft: Draft | undefined): void {
  const { [field]: _, ...others } = read(userId);
  const byField = { ...others, ...(draft && { [field]: draft }) };
  try {
    const drafts: Drafts = { userId, signOuts: signOuts(), byField };
    sessionStorage.setItem(name, JSON.stringify(drafts));
  } catch {
    // Without storage the text lasts as long as its field.
  }
}

export function dropDrafts(): void {
  try {
    sessionStorage.removeItem(name);
    localStorage.setItem(signOutsName, String(signOuts() + 1));
  } catch {
    // Nothing was stored.
  }
}

/** Drops what belongs to another user, or to a time before the user signed out. */
function read(userId: string): Drafts["byField"] {
  try {
    const drafts: Drafts | null = JSON.parse(sessionStorage.getItem(name) ?? "null");
    const isOwn = drafts?.userId === userId && drafts.signOuts === signOuts();
    if (isOwn) return { ...drafts.byField };
    sessionStorage.removeItem(name);
  } catch {
    // Without storage there are no drafts.
  }
  return {};
}

function signOuts(): number {
  return Number(localStorage.getItem(signOutsName));
}

/** Older versions of the app kept the task alone. */
function toTyped(was: Typed | string | undefined): Typed | undefined {
  return typeof was === "string" ? { task: was } : was;
}
