import sql from "sql-template-tag";
import { z } from "zod";
import { type Statement, statement } from "#app/db/statement.server.ts";

const mailSchema = z.object({
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  /** Also in the text. */
  links: z.array(z.string()),
  /** ISO 8601, UTC. */
  sentAt: z.string(),
});

/** An email that would have been sent. */
export type Mail = z.infer<typeof mailSchema>;

/** The table of both statements below. */
export const createMailTable = sql`
create table if not exists mails (
  id bigint generated always as identity primary key,
  recipient text not null,
  subject text not null,
  body text not null,
  links text[] not null,
  sent_at timestamptz not null default now()
)`;

const keptMails = 1_000;

/** Stores an email, and deletes all but the newest. */
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
 * The stored emails, newest first.
 * @param to only those to this address, in any case; null: all
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
