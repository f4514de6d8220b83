import type { OAuthFlow, Offers, SignIn } from "#app/auth/provider/auth-provider.ts";
import { AuthRefusal } from "#app/auth/provider/errors.server.ts";

// Neon Auth tells no client what its project has switched on. What cannot be built from public sources is not offered:
// the exchange after a provider's sign-in has a verifier of Neon's own, and mailed codes have several forms.

export async function offers(): Promise<Offers> {
  return {
    isKnown: true,
    providers: [],
    magicLinks: false,
    passwords: true,
    signUp: true,
    accountDeletion: true,
  };
}

export async function authorizeUrl(_flow: OAuthFlow): Promise<string> {
  throw new AuthRefusal("OAUTH_PROVIDER_ACCESS_DENIED");
}

export async function exchangeCode(_flow: OAuthFlow, _answer: URLSearchParams): Promise<SignIn> {
  throw new AuthRefusal("OAUTH_PROVIDER_ACCESS_DENIED");
}

export async function sendMagicLink(_email: string, _callbackUrl: string): Promise<string> {
  throw new AuthRefusal("MAGIC_LINKS_NOT_ENABLED");
}

export async function signInWithCode(_code: string): Promise<SignIn> {
  throw new AuthRefusal("MAGIC_LINKS_NOT_ENABLED");
}

/** Neon Auth's own address takes the code. */
export async function verifyEmail(_code: string): Promise<void> {
  throw new AuthRefusal("VERIFICATION_CODE_NOT_FOUND");
}
