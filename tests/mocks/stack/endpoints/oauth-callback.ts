import { z } from "zod";
import { json, refusal } from "../answers.ts";
import { keepAuthorizationCode } from "../authorization-codes.ts";
import type { Backend } from "../backend.ts";
import { checkCallbackUrl, isTrusted } from "../callback-urls.ts";
import { KnownError, somethingWentWrong } from "../known-errors.ts";
import {
  type Authorization,
  type AuthorizationRequest,
  authorizationByState,
} from "../oauth-authorizations.ts";
import { endedInnerCookie, hasInnerCookie } from "../oauth-cookie.ts";
import { innerCookieMissing, invalidScope, oauthTimeout, unknownState } from "../oauth-errors.ts";
import type { ProviderAccount } from "../oauth-provider/accounts.ts";
import { accountFromAnswer, type ProviderAnswer, providerAnswer } from "../oauth-provider/answer.ts";
import { enabledProvider } from "../oauth-provider/enabled.ts";
import { connectToUser, userSignedIn } from "../oauth-sign-in.ts";
import { newCode } from "../pkce.ts";
import type { OAuthProvider } from "../project-settings.ts";
import { openEndpoint } from "../requests.ts";
import { userById } from "../users.ts";

const callbackParams = z.object({ provider: z.string() });

export const oauthCallbackEndpoints = (backend: Backend) => [
  openEndpoint(backend, "get", "/auth/oauth/callback/:provider", async ({ request, params, query }) => {
    const answer = query(providerAnswer);
    const { provider } = params(callbackParams);
    const [authorization] = await backend.database.query(authorizationByState(answer.state));
    if (!authorization) throw unknownState();
    const completed = () => completedOrTold(backend, provider, answer, authorization);
    if (authorization.request.responseMode === "json") return completed();

    const response = hasInnerCookie(request.headers, answer.state)
      ? await completed().catch(refusal)
      : refusal(innerCookieMissing());
    response.headers.set("set-cookie", endedInnerCookie(answer.state));
    return response;
  }),
];

/**
 * Sends refusals with a name to the app as parameters, if it may be led to. Unlike a code, they lack its state.
 * @throws {KnownError|StatusError} all others
 */
async function completedOrTold(
  backend: Backend,
  provider: string,
  answer: ProviderAnswer,
  authorization: Authorization,
): Promise<Response> {
  const { redirectUri, errorRedirectUrl } = authorization.request;
  try {
    return await completed(backend, provider, answer, authorization);
  } catch (error) {
    const target = [redirectUri, errorRedirectUrl].find(
      (url) => url !== null && isTrusted(backend.settings, url),
    );
    if (!(error instanceof KnownError) || !target) throw error;
    return new Response(null, { status: 307, headers: { location: withError(target, error) } });
  }
}

async function completed(
  backend: Backend,
  providerId: string,
  answer: ProviderAnswer,
  { request, code_verifier: codeVerifier, is_expired: isExpired }: Authorization,
): Promise<Response> {
  if (isExpired) throw oauthTimeout();
  const provider = enabledProvider(backend.settings, providerId);
  const account = await accountFromAnswer(backend, provider, answer, codeVerifier);
  if (request.linkedUserId) await checkLinkedUser(backend, request.linkedUserId);
  checkCallbackUrl(backend.settings, request.redirectUri);

  const user = await signedInOrLinked(backend, provider, account, request);
  if (request.scope !== "legacy") throw invalidScope();
  const code = newCode();
  await backend.database.query(keepAuthorizationCode(code, user, request));
  const location = new URL(request.redirectUri);
  location.searchParams.set("code", code);
  location.searchParams.set("state", request.state);
  return json({}, { status: 303, headers: { location: location.href } });
}

async function signedInOrLinked(
  backend: Backend,
  provider: OAuthProvider,
  account: ProviderAccount,
  { linkedUserId }: AuthorizationRequest,
) {
  if (linkedUserId === null) return userSignedIn(backend, provider, account);
  await connectToUser(backend, linkedUserId, provider, account);
  return { userId: linkedUserId, isNewUser: false };
}

/** An assertion in Stack: a user deleted while linking an account gets an internal error. */
async function checkLinkedUser({ database, settings }: Backend, userId: string) {
  const [found] = await database.query(userById(userId, settings));
  if (!found) throw somethingWentWrong();
}

function withError(target: string, { code, message, details = {} }: KnownError): string {
  const url = new URL(target);
  url.searchParams.set("error", "server_error");
  url.searchParams.set("error_description", message);
  url.searchParams.set("errorCode", code);
  url.searchParams.set("message", message);
  url.searchParams.set("details", JSON.stringify(details));
  return url.href;
}
