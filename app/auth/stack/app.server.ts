import { type CurrentUser, StackClientApp } from "@stackframe/stack";
import { environment } from "#app/platform/environment.server.ts";
import { askingStack, StackFault } from "./requests.server.ts";

/** What Stack hands out at a sign-in. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** Stack understood and said no; `code` is its known-error code, such as `EMAIL_PASSWORD_MISMATCH`. */
export class StackRefusal extends Error {
  override name = "StackRefusal";
  constructor(readonly code: string) {
    super(`Stack refused: ${code}`);
  }
}

/** One app object per attempt: a shared one with a memory store mixes its users up. */
export function newApp(tokenStore: "memory" | Tokens) {
  const { apiUrl, projectId, publishableClientKey } = environment().stack;
  return new StackClientApp({
    baseUrl: apiUrl,
    projectId,
    publishableClientKey,
    tokenStore,
    redirectMethod: "none",
    noAutomaticPrefetch: true,
    devTool: false,
  });
}

/**
 * The tokens of a user who has just signed in.
 *
 * `currentSession.getTokens()` would refuse them where our clock is more than 75 s ahead of Stack's: it takes them
 * for old, asks for new ones, and takes those for old as well.
 */
export async function tokensOf({ _internalSession: session }: CurrentUser): Promise<Tokens> {
  const tokens = await session.getOrFetchLikelyValidTokens(0, null);
  if (!tokens?.refreshToken) throw new StackFault("Stack gave no tokens");
  return { accessToken: tokens.accessToken.token, refreshToken: tokens.refreshToken.token };
}

/** @throws what the SDK gave back as an error */
export function orRefusal(result: { status: "ok" } | { status: "error"; error: unknown }): void {
  if (result.status === "error") throw result.error;
}

/**
 * Runs what asks Stack, within a limit.
 * @throws {StackRefusal | StackFault} and nothing else
 */
export async function withinLimit<T>(limitMs: number, attempt: () => Promise<T>): Promise<T> {
  try {
    return await askingStack(environment().stack, limitMs, attempt);
  } catch (error) {
    if (error instanceof StackFault || error instanceof StackRefusal) throw error;
    const code = (error as { errorCode?: unknown }).errorCode;
    if (typeof code === "string") throw new StackRefusal(code);
    throw new StackFault("Stack's answer makes no sense", { cause: error });
  }
}
