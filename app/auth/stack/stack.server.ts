import type { AuthProvider } from "#app/auth/provider/auth-provider.ts";
import { changePassword, deleteAccount, endOtherSessions, rename } from "./account.server.ts";
import { sendMagicLink, signInWithCode } from "./magic-links.server.ts";
import { authorizeUrl, exchangeCode } from "./oauth.server.ts";
import { resetPassword, startPasswordReset } from "./passwords.server.ts";
import { signIn, signOut, signUp } from "./sdk.server.ts";
import { refresh, tokenKinds } from "./tokens.server.ts";
import { sendVerificationMail, verifyEmail } from "./verification.server.ts";
import { waysIn } from "./ways-in.server.ts";

/** Stack Auth, which a legacy Neon Auth project is. */
export const stack: AuthProvider = {
  tokenKinds,
  refresh,
  signUp,
  signIn,
  signOut,
  waysIn,
  authorizeUrl,
  exchangeCode,
  sendMagicLink,
  signInWithCode,
  startPasswordReset,
  resetPassword,
  sendVerificationMail,
  verifyEmail,
  rename,
  changePassword,
  endOtherSessions,
  deleteAccount,
};
