import sql from "sql-template-tag";
import { z } from "zod";
import { type Statement, statement } from "#app/db/statement.server.ts";

const mailSchema = z.object({
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  /** What the mail asks to click, as it stands in the text too. */
  links: z.array(z.string()),
  /** ISO 8601, UTC. */
  sentAt: z.string(),
});

/** A mail that would have been sent. */
export type Mail = z.infer<typeof mailSchema>;

/** More than anybody reads, and no more than a page can list. */
const keptMails = 1_000;

/** Keeps a mail, and lets go of those that are not among the newest. */
export function keepMail({ to, subject, text, links }: Omit<Mail, "sentAt">): Statement<never> {
  return statement(
    z.never(),
    sql`
with forgotten as (
  delete from mails
  where id <= (
    select id
    from mails
    order by id desc
    offset ${keptMails - 1}::integer
    limit 1
  )
)
insert into mails (recipient, subject, body, links)
values (${to}::text, ${subject}::text, ${text}::text, ${links}::text[])
    `,
  );
}

/**
 * The mails that are kept, newest first.
 * @param to only those to this address, in whatever case; null: all
 */
export function keptMailsTo(to: string | null): Statement<Mail> {
  return statement(
    mailSchema,
    sql`
select
  recipient as "to",
  subject,
  body as "text",
  links,
  to_char(sent_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "sentAt"
from mails
where (${to}::text is null or lower(recipient) = lower(${to}::text))
order by id desc
    `,
  );
}
