import { z } from "zod";
import { invalidOAuthClientIdOrSecret, invalidPublishableClientKey } from "../access-errors.ts";
import { json } from "../answers.ts";
import type { Backend } from "../backend.ts";
import { checkCallbackUrl } from "../callback-urls.ts";
import { type AuthorizationRequest, keepAuthorization } from "../oauth-authorizations.ts";
import { innerCookie } from "../oauth-cookie.ts";
import { linkWithoutToken } from "../oauth-errors.ts";
import { providerUrl } from "../oauth-provider/address.ts";
import { enabledProvider } from "../oauth-provider/enabled.ts";
import { challengeOf, newSecret } from "../pkce.ts";
import { isClientKey, openEndpoint } from "../requests.ts";
import { url } from "../validation.ts";

const authorizeParams = z.object({ provider: z.string() });

/** Ignores unknown parameters, as browsers and advertisers add some. */
const authorizeQuery = z.object({
  type: z.enum(["authenticate", "link"]).default("authenticate"),
  token: z.string().default(""),
  error_redirect_url: url.optional(),
  error_redirect_uri: url.optional(),
  after_callback_redirect_url: url.optional(),
  stack_response_mode: z.enum(["json", "redirect"]).default("redirect"),
  client_id: z.string(),
  client_secret: z.string(),
  redirect_uri: url,
  scope: z.string(),
  state: z.string(),
  grant_type: z.enum(["authorization_code"]),
  code_challenge: z.string(),
  code_challenge_method: z.string(),
  response_type: z.string(),
});
type AuthorizeQuery = z.infer<typeof authorizeQuery>;

export const oauthAuthorizeEndpoints = (backend: Backend) => [
  openEndpoint(backend, "get", "/auth/oauth/authorize/:provider", async ({ params, query }) => {
    const { project, database, settings } = backend;
    const asked = query(authorizeQuery);
    if (asked.client_id !== project.projectId) throw invalidOAuthClientIdOrSecret(asked.client_id);
    if (!isClientKey(project, asked.client_secret)) throw invalidPublishableClientKey(project.projectId);
    const provider = enabledProvider(settings, params(authorizeParams).provider);
    const request = await requestOf(backend, asked);

    const inner = { state: newSecret(), codeVerifier: newSecret() };
    await database.query(keepAuthorization(inner, request));
    const location = providerUrl(project, provider, {
      state: inner.state,
      codeChallenge: challengeOf(inner.codeVerifier),
    });
    if (request.responseMode === "json") return json({ location });
    return new Response(null, {
      status: 307,
      headers: { location, "set-cookie": innerCookie(inner.state) },
    });
  }),
];

/**
 * Stack does not check `redirect_uri` yet.
 * @throws {KnownError} when the token is not from the project, or the app may not lead to its next page
 */
async function requestOf(
  { accessTokens, settings }: Backend,
  asked: AuthorizeQuery,
): Promise<AuthorizationRequest> {
  if (asked.type === "link" && !asked.token) throw linkWithoutToken();
  const { after_callback_redirect_url: afterCallbackRedirectUrl = null } = asked;
  if (afterCallbackRedirectUrl !== null) checkCallbackUrl(settings, afterCallbackRedirectUrl);
  const token = asked.token ? await accessTokens.verify(asked.token) : undefined;
  return {
    linkedUserId: asked.type === "link" ? (token?.sub ?? null) : null,
    redirectUri: asked.redirect_uri.replace(/#.*$/, ""),
    errorRedirectUrl: asked.error_redirect_uri ?? asked.error_redirect_url ?? null,
    afterCallbackRedirectUrl,
    scope: asked.scope,
    state: asked.state,
    codeChallenge: asked.code_challenge,
    codeChallengeMethod: asked.code_challenge_method,
    responseMode: asked.stack_response_mode,
  };
}
