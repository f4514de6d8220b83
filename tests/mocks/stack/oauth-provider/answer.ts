import { z } from "zod";
import type { Backend } from "../backend.ts";
import { somethingWentWrong } from "../known-errors.ts";
import { accessDeniedAtProvider, invalidGrantOfProvider, providerUnavailable } from "../oauth-errors.ts";
import { challengeOf } from "../pkce.ts";
import type { OAuthProvider } from "../project-settings.ts";
import { type ProviderAccount, takeProviderCode } from "./accounts.ts";
import { issuer } from "./address.ts";

/** What a browser brings from a provider to Stack. */
export const providerAnswer = z.object({
  state: z.string().default(""),
  code: z.string().optional(),
  error: z.string().optional(),
  iss: z.string().optional(),
});
export type ProviderAnswer = z.infer<typeof providerAnswer>;

/**
 * The provider account of a code.
 * @throws {KnownError|StatusError} when the code is missing or invalid
 */
export async function accountFromAnswer(
  { project, database }: Backend,
  provider: OAuthProvider,
  { code, error, iss }: ProviderAnswer,
  codeVerifier: string,
): Promise<ProviderAccount> {
  // The recorded provider announces that it always sends its name, so an answer without it is invalid.
  if (iss !== issuer(project)) throw somethingWentWrong();
  if (error === "access_denied" || error === "consent_required") throw accessDeniedAtProvider();
  if (error === "server_error" || error === "temporarily_unavailable") throw providerUnavailable();
  if (error !== undefined || code === undefined) throw somethingWentWrong();
  const [account] = await database.query(takeProviderCode(code, provider, challengeOf(codeVerifier)));
  if (!account) throw invalidGrantOfProvider();
  return account;
}
