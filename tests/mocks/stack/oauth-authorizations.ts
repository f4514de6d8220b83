import sql from "sql-template-tag";
import { z } from "zod";
import { type Statement, statement } from "#app/db/statement.server.ts";

/** How long a sign-in at the provider may take. */
export const authorizationLifetimeSeconds = 600;

const authorizationRequestSchema = z.object({
  /** The user to connect the account to; null: sign in. */
  linkedUserId: z.string().nullable(),
  redirectUri: z.string(),
  errorRedirectUrl: z.string().nullable(),
  afterCallbackRedirectUrl: z.string().nullable(),
  scope: z.string(),
  /** The app's own, which is sent back unchanged. */
  state: z.string(),
  codeChallenge: z.string(),
  codeChallengeMethod: z.string(),
  /** With `json` no cookie ties the browser to the request. */
  responseMode: z.enum(["json", "redirect"]),
});

/** The request with which an app sent a browser to Stack. */
export type AuthorizationRequest = z.infer<typeof authorizationRequestSchema>;

const authorizationRow = z.object({
  request: authorizationRequestSchema,
  code_verifier: z.string(),
  is_expired: z.boolean(),
});
export type Authorization = z.infer<typeof authorizationRow>;

/**
 * Stores a request while the user is at the provider, and deletes those abandoned long ago.
 * @param inner the state and the code verifier between Stack and the provider
 */
export function keepAuthorization(
  inner: { state: string; codeVerifier: string },
  request: AuthorizationRequest,
): Statement<never> {
  return statement(
    z.never(),
    sql`
with forgotten as (
  delete from oauth_authorizations
  where expires_at < now() - interval '1 day'
)
insert into oauth_authorizations (inner_state, code_verifier, request, expires_at)
values (
  ${inner.state}::text,
  ${inner.codeVerifier}::text,
  ${JSON.stringify(request)}::jsonb,
  now() + ${authorizationLifetimeSeconds}::integer * interval '1 second'
)
    `,
  );
}

/** The request with a state. */
export function authorizationByState(innerState: string): Statement<Authorization> {
  return statement(
    authorizationRow,
    sql`
select request, code_verifier, expires_at < now() as is_expired
from oauth_authorizations
where inner_state = ${innerState}::text
    `,
  );
}
