import type { AuthProvider } from "#app/auth/provider/auth-provider.ts";
import * as account from "./account.server.ts";
import * as magicLinks from "./magic-links.server.ts";
import * as oauth from "./oauth.server.ts";
import * as offers from "./offers.server.ts";
import * as passwords from "./passwords.server.ts";
import * as sdk from "./sdk.server.ts";
import * as tokens from "./tokens.server.ts";
import * as verification from "./verification.server.ts";

/** Stack Auth, which a legacy Neon Auth project is. */
export const stack: AuthProvider = {
  ...tokens,
  ...sdk,
  ...offers,
  ...oauth,
  ...magicLinks,
  ...passwords,
  ...verification,
  ...account,
};
