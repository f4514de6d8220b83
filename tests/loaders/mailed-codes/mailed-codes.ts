import sql from "sql-template-tag";
import { vi } from "vitest";
import { z } from "zod";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { stackDatabase, standIn } from "#tests/setup/stack.ts";

/** A mail's link: a path of this site, and the code in it. */
export interface MailedLink {
  path: string;
  code: string;
  subject: string;
  to: string;
}

/**
 * The link to a page in the newest mail to an address, once the mail is there.
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

/** Expires every code that was mailed so far. */
export async function expireCodes(): Promise<void> {
  const expire = sql`update emailed_codes set expires_at = now() - interval '1 second'`;
  await stackDatabase.query(statement(z.never(), expire));
}

/** The errors of a refused form. */
export async function refusalOf(answer: Response): Promise<RefusedForm & { status: number }> {
  return { status: answer.status, ...((await answer.json()) as RefusedForm) };
}

/** Everything in an answer that scripts, caches, or the address bar can see. */
export async function seenOf(answer: Response): Promise<string> {
  const headers = [...answer.headers].filter(([name]) => name !== "set-cookie");
  return JSON.stringify(headers) + (await answer.clone().text());
}
