import type { AuthProvider } from "#app/auth/provider/auth-provider.ts";
import * as account from "./account.server.ts";
import * as credentials from "./credentials.server.ts";
import * as mails from "./mails.server.ts";
import * as notOffered from "./not-offered.server.ts";
import { refresh, tokenKinds } from "./tokens.server.ts";

/** Neon Auth as new projects get it: Better Auth, run by Neon. */
export const neon: AuthProvider = {
  refresh,
  tokenKinds,
  ...credentials,
  ...account,
  ...mails,
  ...notOffered,
};
