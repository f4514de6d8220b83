import type { StackProject } from "#app/platform/environment.server.ts";
import type { OAuthProvider } from "../project-settings.ts";

/** The providers' stand-in's name in its answers (`iss`, RFC 9207), and its URL. */
export function issuer({ apiUrl }: StackProject): string {
  return `${apiUrl}/oauth-provider`;
}

/** Where Stack receives a provider's answers. */
export function innerCallbackUrl({ apiUrl }: StackProject, provider: OAuthProvider): string {
  return `${apiUrl}/api/v1/auth/oauth/callback/${provider}`;
}

/** Where Stack sends a browser to get a code. */
export function providerUrl(
  project: StackProject,
  provider: OAuthProvider,
  inner: { state: string; codeChallenge: string },
): string {
  const query = new URLSearchParams({
    client_id: provider,
    scope: "openid offline_access",
    response_type: "code",
    redirect_uri: innerCallbackUrl(project, provider),
    code_challenge_method: "S256",
    code_challenge: inner.codeChallenge,
    state: inner.state,
    access_type: "offline",
    prompt: "consent",
  });
  return `${issuer(project)}/auth?${query.toString().replaceAll("+", "%20")}`;
}
