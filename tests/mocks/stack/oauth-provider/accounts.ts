import sql from "sql-template-tag";
import { z } from "zod";
import { type Statement, statement } from "#app/db/statement.server.ts";
import type { OAuthProvider } from "../project-settings.ts";

const codeLifetimeSeconds = 600;
const listedAccounts = 20;

const providerAccountRow = z.object({ email: z.string(), name: z.string().nullable() });

/** An account at a provider: an address in lower case, verified there. */
export type ProviderAccount = z.infer<typeof providerAccountRow>;

/** The accounts chosen at a provider, newest first. */
export function chosenAccounts(provider: OAuthProvider): Statement<ProviderAccount> {
  return statement(
    providerAccountRow,
    sql`
select email, name
from provider_accounts
where provider = ${provider}::text
order by chosen_at desc, email
limit ${listedAccounts}::integer
    `,
  );
}

/**
 * Stores a code for an account, and creates the account if needed.
 * @param account without a name, an existing account keeps its name
 */
export function chooseAccount(
  code: string,
  provider: OAuthProvider,
  account: ProviderAccount,
  codeChallenge: string,
): Statement<never> {
  return statement(
    z.never(),
    sql`
with chosen as (
  insert into provider_accounts (provider, email, name)
  values (${provider}::text, ${account.email}::text, ${account.name}::text)
  on conflict (provider, email) do update
  set name = coalesce(excluded.name, provider_accounts.name), chosen_at = excluded.chosen_at
  returning provider, email
),
forgotten as (
  delete from provider_codes
  where expires_at < now()
)
insert into provider_codes (code, provider, email, code_challenge, expires_at)
select
  ${code}::text,
  chosen.provider,
  chosen.email,
  ${codeChallenge}::text,
  now() + ${codeLifetimeSeconds}::integer * interval '1 second'
from chosen
    `,
  );
}

/**
 * Uses up a code.
 * @returns no row when it is unknown, was used or has expired, or belongs to another provider or challenge
 */
export function takeProviderCode(
  code: string,
  provider: OAuthProvider,
  codeChallenge: string,
): Statement<ProviderAccount> {
  return statement(
    providerAccountRow,
    sql`
with used as (
  delete from provider_codes
  where code = ${code}::text
  and provider = ${provider}::text
  and code_challenge = ${codeChallenge}::text
  and expires_at > now()
  returning provider, email
)
select provider_accounts.email, provider_accounts.name
from used
join provider_accounts using (provider, email)
    `,
  );
}
