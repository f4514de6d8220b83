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
import type { OAuthFlow, SignIn } from "#app/auth/provider/auth-provider.ts";
import { AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import { changing } from "./client.server.ts";
import { signInSchema } from "./magic-links.server.ts";

/** Its client secret is the publishable key, which is public. */
export async function authorizeUrl({ provider, state, codeVerifier }: OAuthFlow): Promise<string> {
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

export async function exchangeCode(
  { provider, state, codeVerifier }: OAuthFlow,
  answer: URLSearchParams,
): Promise<SignIn> {
  const { apiUrl, projectId, publishableClientKey } = environment().stack;
  const stack: AuthorizationServer = {
    issuer: apiUrl,
    token_endpoint: `${apiUrl}/api/v1/auth/oauth/token`,
  };
  const client: Client = { client_id: projectId };
  const validated = validatedAnswer(stack, client, answer, state);

  return changing(async () => {
    const response = await authorizationCodeGrantRequest(
      stack,
      client,
      ClientSecretPost(publishableClientKey),
      validated,
      callbackUrl(provider),
      codeVerifier,
      // By default the library refuses http; here the configuration decides, as for every request to Stack.
      { [allowInsecureRequests]: apiUrl.startsWith("http:") },
    );
    const refusal = response.headers.get("x-stack-known-error");
    if (refusal) throw new AuthRefusal(refusal);
    return signInSchema.parse(await processAuthorizationCodeResponse(stack, client, response));
  });
}

function validatedAnswer(...parameters: Parameters<typeof validateAuthResponse>): URLSearchParams {
  try {
    return validateAuthResponse(...parameters);
  } catch {
    throw new AuthRefusal("INVALID_AUTHORIZATION_CODE");
  }
}

/** Has no query, as both steps must send Stack the same URL. */
function callbackUrl(provider: string): string {
  return `${environment().appOrigin}/auth/${provider}/callback`;
}
