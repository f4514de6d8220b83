import sql from "sql-template-tag";
import { vi } from "vitest";
import { z } from "zod";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { stackDatabase, standIn } from "#tests/setup/stack.ts";

/** A mail's link: a path of ours, and the code in it. */
export interface MailedLink {
  path: string;
  code: string;
  subject: string;
  to: string;
}

/**
 * The link of the newest mail to an address that leads to a page, as soon as it is there.
 * @param page its path
 */
export async function mailedLinkTo(email: string, page: string): Promise<MailedLink> {
  return vi.waitFor(
    async () => {
      for (const { links, subject, to } of await standIn.mails(email)) {
        const { origin, pathname, search, searchParams } = new URL(links[0] ?? "");
        const code = searchParams.get("code") ?? "";
        if (origin + pathname === `http://localhost:3000${page}`)
          return { path: pathname + search, code, subject, to };
      }
      throw new Error(`No mail to ${email} leads to ${page}`);
    },
    { interval: 5 },
  );
}

/** Lets every code that was mailed so far be too old. */
export async function expireCodes(): Promise<void> {
  const expire = sql`update emailed_codes set expires_at = now() - interval '1 second'`;
  await stackDatabase.query(statement(z.never(), expire));
}

/** What a form that was not accepted says. */
export async function refusalOf(answer: Response): Promise<RefusedForm & { status: number }> {
  return { status: answer.status, ...((await answer.json()) as RefusedForm) };
}

/** Whatever of an answer is seen by scripts, by caches or in the address bar. */
export async function seenOf(answer: Response): Promise<string> {
  const headers = [...answer.headers].filter(([name]) => name !== "set-cookie");
  return JSON.stringify(headers) + (await answer.clone().text());
}
