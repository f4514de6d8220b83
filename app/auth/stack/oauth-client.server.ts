import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  ClientSecretPost,
  calculatePKCECodeChallenge,
  processAuthorizationCodeResponse,
  validateAuthResponse,
} from "oauth4webapi";
import { z } from "zod";
import { environment } from "#app/platform/environment.server.ts";
import type { Flow } from "#app/routes/auth/oauth/flows.server.ts";
import { StackRefusal, type Tokens, withinLimit } from "./app.server.ts";

const exchangeLimitMs = 3_000;

/** What Stack adds to the tokens of RFC 6749. */
const tokensSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  is_new_user: z.boolean(),
});

/**
 * Where the browser goes to sign in through a provider. The client secret in it is the publishable key, which is
 * meant to be seen.
 */
export async function authorizeUrl({ provider, state, codeVerifier }: Flow): Promise<string> {
  const { apiUrl, projectId, publishableClientKey } = environment().stack;
  const query = new URLSearchParams({
    client_id: projectId,
    client_secret: publishableClientKey,
    redirect_uri: callbackUrl(provider),
    scope: "legacy",
    state,
    grant_type: "authorization_code",
    response_type: "code",
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: "S256",
  });
  return `${apiUrl}/api/v1/auth/oauth/authorize/${provider}?${query}`;
}

/**
 * Makes the tokens of a user out of the code that the browser came back with.
 * @param answer the callback's query
 * @throws {OperationProcessingError} when it is no answer to the flow
 * @throws {StackRefusal | StackFault}
 */
export async function exchangeCode(
  { provider, state, codeVerifier }: Flow,
  answer: URLSearchParams,
): Promise<Tokens & { isNewUser: boolean }> {
  const { apiUrl, projectId, publishableClientKey } = environment().stack;
  const stack: AuthorizationServer = {
    issuer: apiUrl,
    token_endpoint: `${apiUrl}/api/v1/auth/oauth/token`,
  };
  const client: Client = { client_id: projectId };
  const validated = validateAuthResponse(stack, client, answer, state);

  const result = await withinLimit(exchangeLimitMs, async () => {
    const response = await authorizationCodeGrantRequest(
      stack,
      client,
      ClientSecretPost(publishableClientKey),
      validated,
      callbackUrl(provider),
      codeVerifier,
      // The library takes https alone otherwise; here the configuration decides, as for all that Stack is asked.
      { [allowInsecureRequests]: apiUrl.startsWith("http:") },
    );
    const refusal = response.headers.get("x-stack-known-error");
    if (refusal) throw new StackRefusal(refusal);
    return tokensSchema.parse(await processAuthorizationCodeResponse(stack, client, response));
  });
  return {
    accessToken: result.access_token,
    refreshToken: result.refresh_token,
    isNewUser: result.is_new_user,
  };
}

/** The very same for both steps: Stack compares them. It has no query, for the same reason. */
function callbackUrl(provider: string): string {
  return `${environment().appOrigin}/auth/${provider}/callback`;
}
