import sql from "sql-template-tag";
import { z } from "zod";
import { type Statement, statement } from "#app/db/statement.server.ts";
import type { OAuthProvider } from "./project-settings.ts";

/** The user whom a provider account signs in. */
export function userOfOAuthAccount(
  provider: OAuthProvider,
  accountId: string,
): Statement<{ user_id: string }> {
  return statement(
    z.object({ user_id: z.string() }),
    sql`
select user_id
from oauth_accounts
where provider = ${provider}::text
and account_id = ${accountId}::text
    `,
  );
}

/**
 * Lets a provider account sign a user in, unless it already does. Stack sends no webhook for it, so there is no event.
 */
export function connectOAuthAccount(
  userId: string,
  provider: OAuthProvider,
  account: { id: string; email: string },
): Statement<never> {
  return statement(
    z.never(),
    sql`
insert into oauth_accounts (user_id, provider, account_id, email)
values (${userId}::uuid, ${provider}::text, ${account.id}::text, ${account.email}::text)
on conflict (provider, account_id) do nothing
    `,
  );
}

const listedAccountRow = z.object({
  id: z.string(),
  user_id: z.string(),
  provider: z.string(),
  account_id: z.string(),
  email: z.string(),
});
export type OAuthAccount = z.infer<typeof listedAccountRow>;

/**
 * Provider accounts, oldest first.
 * @param userId null: every user's
 */
export function oauthAccountsOf(userId: string | null): Statement<OAuthAccount> {
  return statement(
    listedAccountRow,
    sql`
select id, user_id, provider, account_id, email
from oauth_accounts
where (${userId}::uuid is null or user_id = ${userId}::uuid)
order by created_at, oauth_accounts.id
    `,
  );
}
