import sql from "sql-template-tag";
import { z } from "zod";
import { type Statement, statement } from "#app/db/statement.server.ts";
import type { AuthorizationRequest } from "./oauth-authorizations.ts";

/** The default of Stack's OAuth library. */
const lifetimeSeconds = 300;

const authorizationCodeRow = z.object({
  user_id: z.string(),
  is_new_user: z.boolean(),
  redirect_uri: z.string(),
  code_challenge: z.string(),
  code_challenge_method: z.string(),
  after_callback_redirect_url: z.string().nullable(),
});

/** Stores a code that an app can exchange for a user's tokens, and deletes expired ones. */
export function keepAuthorizationCode(
  code: string,
  user: { userId: string; isNewUser: boolean },
  request: AuthorizationRequest,
): Statement<never> {
  return statement(
    z.never(),
    sql`
with forgotten as (
  delete from authorization_codes
  where expires_at < now()
)
insert into authorization_codes (
  code, user_id, is_new_user, redirect_uri, code_challenge, code_challenge_method, after_callback_redirect_url,
  expires_at
)
values (
  ${code}::text,
  ${user.userId}::uuid,
  ${user.isNewUser}::boolean,
  ${request.redirectUri}::text,
  ${request.codeChallenge}::text,
  ${request.codeChallengeMethod}::text,
  ${request.afterCallbackRedirectUrl}::text,
  now() + ${lifetimeSeconds}::integer * interval '1 second'
)
    `,
  );
}

/** @returns no row when the code is unknown, was used or has expired, or its user is deleted */
export function authorizationCode(code: string): Statement<z.infer<typeof authorizationCodeRow>> {
  return statement(
    authorizationCodeRow,
    sql`
select
  user_id,
  is_new_user,
  redirect_uri,
  code_challenge,
  code_challenge_method,
  after_callback_redirect_url
from authorization_codes
where code = ${code}::text
and expires_at > now()
    `,
  );
}

/** @returns no row when another request was faster */
export function takeAuthorizationCode(code: string): Statement<{ code: string }> {
  return statement(
    z.object({ code: z.string() }),
    sql`
delete from authorization_codes
where code = ${code}::text
returning code
    `,
  );
}
