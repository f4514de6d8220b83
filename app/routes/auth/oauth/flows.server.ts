import { generateRandomCodeVerifier, generateRandomState } from "oauth4webapi";
import { z } from "zod";
import { clearCookie, secretCookie } from "#app/http/cookies.server.ts";

const flowSchema = z.object({
  provider: z.string(),
  /** Comes back with the answer, and shows that it is one to this browser. */
  state: z.string(),
  /** Whoever has it can exchange the code (RFC 7636). */
  codeVerifier: z.string(),
  /** A path of this site. */
  redirectTo: z.string(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
});

/** A sign-in through a provider, from its start until its answer. */
export type Flow = z.infer<typeof flowSchema>;

/** Stack gives a person as long. */
const flowLifetimeMs = 10 * 60_000;
/** Longer, so that somebody who was too slow still gets to where he was heading. */
const cookieSeconds = 60 * 60;

/** Together, with paths of this length, these stay well below the 16 KiB that Node takes as headers. */
const maxFlows = 5;
const maxRedirectToLength = 1_000;

/** @param redirectTo a path of this site; one that is too long to be kept is left out */
export function newFlow(provider: string, redirectTo: string): Flow {
  return {
    provider,
    state: generateRandomState(),
    codeVerifier: generateRandomCodeVerifier(),
    redirectTo: redirectTo.length > maxRedirectToLength ? "/" : redirectTo,
    startedAt: Date.now(),
  };
}

/** Whether the person took longer than he had. */
export function isOver({ startedAt }: Flow): boolean {
  return Date.now() - startedAt > flowLifetimeMs;
}

/** The Set-Cookie values that let the browser keep a flow, and as many others as it may, the latest. */
export async function keepFlow(request: Request, flow: Flow): Promise<string[]> {
  const tooMany = (await flowsOf(request)).slice(maxFlows - 1);
  return Promise.all([cookieOf(flow.state).serialize(flow), ...tooMany.map(forgetFlow)]);
}

/** The flows that a browser has started, the latest first. */
export async function flowsOf(request: Request): Promise<Flow[]> {
  const header = request.headers.get("Cookie") ?? "";
  const names = header.match(/(?<=todos-oauth-)[\w-]{8}/g) ?? [];
  const values = await Promise.all([...new Set(names)].map((name) => cookieOf(name).parse(header)));
  const flows = values.flatMap((value) => flowSchema.safeParse(value).data ?? []);
  return flows.sort((one, other) => other.startedAt - one.startedAt);
}

/** The Set-Cookie value that takes a flow away from the browser. */
export function forgetFlow({ state }: Flow): Promise<string> {
  return clearCookie(cookieOf(state));
}

/** A cookie for each flow: with one for all, two tabs that start at the same moment would lose one of them. */
function cookieOf(state: string) {
  return secretCookie(`todos-oauth-${state.slice(0, 8)}`, cookieSeconds);
}
