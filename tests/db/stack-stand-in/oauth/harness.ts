import { z } from "zod";
import { bob, project, request, signUpByHttp } from "#tests/db/stack-stand-in/harness.ts";
import { challengeOf } from "#tests/mocks/stack/pkce.ts";

export const redirectUri = "http://localhost:3000/auth/callback";
const verifier = "a-verifier-of-43-characters-at-the-very-least";

/** Parameters of a request that are other than usual; undefined: not there at all. */
type Changes = Record<string, string | undefined>;

function withChanges(usual: Record<string, string>, changes: Changes): URLSearchParams {
  const parameters = Object.entries({ ...usual, ...changes });
  return new URLSearchParams(
    parameters.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]])),
  );
}

/** A browser's request, without going where the answer leads. */
export async function visit(url: string, { cookie = "", form }: { cookie?: string; form?: Changes } = {}) {
  const response = await fetch(url, {
    redirect: "manual",
    headers: { cookie },
    ...(form && { method: "POST", body: withChanges({}, form) }),
  });
  const location = response.headers.get("location");
  return {
    status: response.status,
    headers: response.headers,
    knownError: response.headers.get("x-stack-known-error"),
    text: await response.text(),
    /** Where the answer leads; a URL that nothing has when it leads nowhere. */
    location: location ?? "about:blank",
    parameters: Object.fromEntries(new URL(location ?? "about:blank").searchParams),
    /** Set by the answer. */
    cookie: response.headers.get("set-cookie")?.split(";")[0] ?? "",
  };
}

/** Sends a browser to Stack, which sends it to the provider. */
export function authorize(provider: string, changes: Changes = {}) {
  const usual = {
    client_id: project.projectId,
    client_secret: project.publishableClientKey,
    redirect_uri: redirectUri,
    scope: "legacy",
    state: "state of the app",
    grant_type: "authorization_code",
    response_type: "code",
    code_challenge: challengeOf(verifier),
    code_challenge_method: "S256",
  };
  return visit(`${project.apiUrl}/api/v1/auth/oauth/authorize/${provider}?${withChanges(usual, changes)}`);
}

/** Goes through a provider and back to the app. */
export async function comeBack(provider: string, email: string, changes: Changes = {}, name?: string) {
  const { location, cookie } = await authorize(provider, changes);
  const chosen = await visit(location, { form: { email, name } });
  return visit(chosen.location, { cookie });
}

/** Exchanges a code as the app does. */
export function exchange(code: string | undefined, changes: Changes = {}) {
  const usual = {
    grant_type: "authorization_code",
    client_id: project.projectId,
    client_secret: project.publishableClientKey,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  };
  const type = { "content-type": "application/x-www-form-urlencoded" };
  return request("POST", "/auth/oauth/token", type, withChanges(usual, { code, ...changes }).toString());
}

const tokensSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  is_new_user: z.boolean(),
});

/** Signs a user in through a provider. */
export async function signInThrough(provider: string, email: string, name?: string) {
  const { parameters } = await comeBack(provider, email, {}, name);
  return tokensSchema.parse((await exchange(parameters.code)).body);
}

/** @returns the id and the access token of Bob, who has a password */
export async function bobWithPassword() {
  const { body } = await signUpByHttp(bob);
  return z.object({ user_id: z.string(), access_token: z.string() }).parse(body);
}
