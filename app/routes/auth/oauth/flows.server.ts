import { generateRandomCodeVerifier, generateRandomState } from "oauth4webapi";
import { z } from "zod";
import type { OAuthFlow } from "#app/auth/provider/auth-provider.ts";
import { clearCookie, secretCookie } from "#app/http/cookies.server.ts";

const flowSchema = z.object({
  provider: z.string(),
  state: z.string(),
  codeVerifier: z.string(),
  redirectTo: z.string(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
});

export type Flow = z.infer<typeof flowSchema> & OAuthFlow;

/** Stack's own limit. */
const flowLifetimeMs = 10 * 60_000;
/** Longer, so that users who were too slow still get to where they were heading. */
const cookieSeconds = 60 * 60;

/** Together, these stay well below the 16 KiB that Node takes as headers. */
const maxFlows = 5;
const maxRedirectToLength = 1_000;

export function newFlow(provider: string, redirectTo: string): Flow {
  return {
    provider,
    state: generateRandomState(),
    codeVerifier: generateRandomCodeVerifier(),
    redirectTo: redirectTo.length > maxRedirectToLength ? "/" : redirectTo,
    startedAt: Date.now(),
  };
}

export function isOver({ startedAt }: Flow): boolean {
  return Date.now() - startedAt > flowLifetimeMs;
}

/** @returns Set-Cookie values, which also remove the oldest flows */
export async function keepFlow(request: Request, flow: Flow): Promise<string[]> {
  const tooMany = (await flowsOf(request)).slice(maxFlows - 1);
  return Promise.all([cookieOf(flow.state).serialize(flow), ...tooMany.map(forgetFlow)]);
}

/** The latest first. */
export async function flowsOf(request: Request): Promise<Flow[]> {
  const header = request.headers.get("Cookie") ?? "";
  const names = header.match(/(?<=todos-oauth-)[\w-]{8}/g) ?? [];
  const values = await Promise.all([...new Set(names)].map((name) => cookieOf(name).parse(header)));
  const flows = values.flatMap((value) => flowSchema.safeParse(value).data ?? []);
  return flows.sort((one, other) => other.startedAt - one.startedAt);
}

export function forgetFlow({ state }: Flow): Promise<string> {
  return clearCookie(cookieOf(state));
}

/** One cookie per flow: with one for all, two tabs that start at the same moment would lose a flow. */
function cookieOf(state: string) {
  return secretCookie(`todos-oauth-${state.slice(0, 8)}`, cookieSeconds);
}
