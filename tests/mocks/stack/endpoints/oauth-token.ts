import { z } from "zod";
import { invalidAuthorizationCode, invalidOAuthClientIdOrSecret } from "../access-errors.ts";
import { json } from "../answers.ts";
import { authorizationCode, takeAuthorizationCode } from "../authorization-codes.ts";
import type { Backend } from "../backend.ts";
import { otherRedirectUri } from "../oauth-errors.ts";
import { challengeOf } from "../pkce.ts";
import { isClientKey, openEndpoint } from "../requests.ts";
import { refreshedAccessToken, signedInByUser } from "../sign-in.ts";

const tokenBody = z.object({
  grant_type: z.enum(["authorization_code", "refresh_token"]),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  refresh_token: z.string().default(""),
  code: z.string().default(""),
  redirect_uri: z.string().optional(),
  code_verifier: z.string().optional(),
});
type TokenBody = z.infer<typeof tokenBody>;

export const oauthTokenEndpoints = (backend: Backend) => [
  openEndpoint(backend, "post", "/auth/oauth/token", async ({ request, body }) => {
    const asked = body(tokenBody);
    const { client_id: id, client_secret: secret } = asked;
    const { project } = backend;
    if (id !== project.projectId || !secret || !isClientKey(project, secret))
      throw invalidOAuthClientIdOrSecret();
    const granted =
      asked.grant_type === "authorization_code"
        ? await exchanged(backend, request, asked)
        : await refreshed(backend, request, asked);
    return json({ token_type: "Bearer", scope: "legacy", ...granted }, { headers: { pragma: "no-cache" } });
  }),
];

/** In the order of Stack's OAuth library: a wrong verifier or redirect URI does not use up the code. */
async function exchanged(backend: Backend, request: Request, asked: TokenBody) {
  const [granted] = await backend.database.query(authorizationCode(asked.code));
  if (!granted || !isVerifier(asked.code_verifier, granted)) throw invalidAuthorizationCode();
  if (asked.redirect_uri !== granted.redirect_uri) throw otherRedirectUri();
  const [used] = await backend.database.query(takeAuthorizationCode(asked.code));
  if (!used) throw invalidAuthorizationCode();
  return {
    ...(await signedInByUser(backend, request, granted.user_id)),
    // Whatever the token says, Stack answers with the default of its OAuth library, minus the current second.
    expires_in: 3_599,
    newUser: granted.is_new_user,
    is_new_user: granted.is_new_user,
    afterCallbackRedirectUrl: granted.after_callback_redirect_url,
    after_callback_redirect_url: granted.after_callback_redirect_url,
  };
}

function isVerifier(
  verifier: string | undefined,
  {
    code_challenge: challenge,
    code_challenge_method: method,
  }: { code_challenge: string; code_challenge_method: string },
): boolean {
  if (challenge === "") return verifier === undefined;
  return verifier !== undefined && challengeOf(verifier, method) === challenge;
}

async function refreshed(backend: Backend, request: Request, asked: TokenBody) {
  return {
    access_token: await refreshedAccessToken(backend, request, asked.refresh_token),
    expires_in: 3_600,
    afterCallbackRedirectUrl: null,
    after_callback_redirect_url: null,
  };
}
