import { z } from "zod";
import type { Backend } from "../backend.ts";
import { somethingWentWrong } from "../known-errors.ts";
import { accessDeniedAtProvider, invalidGrantOfProvider, providerUnavailable } from "../oauth-errors.ts";
import { challengeOf } from "../pkce.ts";
import type { OAuthProvider } from "../project-settings.ts";
import { type ProviderAccount, takeProviderCode } from "./accounts.ts";
import { issuer } from "./address.ts";

/** What a browser brings to Stack from a provider. */
export const providerAnswer = z.object({
  state: z.string().default(""),
  code: z.string().optional(),
  error: z.string().optional(),
  iss: z.string().optional(),
});
export type ProviderAnswer = z.infer<typeof providerAnswer>;

/**
 * Who somebody is at a provider, for the code that it gave.
 * @throws {KnownError|StatusError} when it gave none, or one that does not work
 */
export async function accountFromAnswer(
  { project, database }: Backend,
  provider: OAuthProvider,
  { code, error, iss }: ProviderAnswer,
  codeVerifier: string,
): Promise<ProviderAccount> {
  // The provider of the recordings says that it always gives its name; an answer without it is nobody's.
  if (iss !== issuer(project)) throw somethingWentWrong();
  if (error === "access_denied" || error === "consent_required") throw accessDeniedAtProvider();
  if (error === "server_error" || error === "temporarily_unavailable") throw providerUnavailable();
  if (error !== undefined || code === undefined) throw somethingWentWrong();
  const [account] = await database.query(takeProviderCode(code, provider, challengeOf(codeVerifier)));
  if (!account) throw invalidGrantOfProvider();
  return account;
}
