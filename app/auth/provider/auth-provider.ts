import type { JWTPayload } from "jose";
import { z } from "zod";

export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

export interface SignIn {
  tokens: Tokens;
  isNewUser: boolean;
}

export interface Credentials {
  email: string;
  password: string;
}

interface Claims {
  userId: string;
  email: string | null;
  emailVerified: boolean;
  name: string | null;
  /** Seconds since 1970; undefined if the token does not say. */
  signedUpAt: number | undefined;
  /** Seconds since 1970. */
  expiresAt: number;
}

/** What the tokens of all providers hold. */
export const commonClaims = z.object({
  sub: z.string().min(1),
  // jose would accept a list that has ours among others.
  aud: z.string(),
  email: z.string().nullish(),
  name: z.string().nullish(),
  exp: z.number(),
});

/** The token of a user who may use the app. */
export interface AccessToken extends Claims {
  restriction?: undefined;
}

/** What keeps a user out: an unverified email address, or something that only an administrator can lift. */
export type Restriction = "unverified" | "administrator";

/** The token of a user who may do nothing yet. Its type fits no place that takes an AccessToken. */
export interface RestrictedToken extends Claims {
  restriction: Restriction;
}

export interface TokenKind {
  issuer: string;
  audience: string;
  algorithm: string;
  /** A JSON Web Key Set for these tokens and no others. */
  keysUrl: string;
  /** @throws for claims that this kind does not have */
  read(claims: JWTPayload): AccessToken | RestrictedToken;
}

export interface OAuthProvider {
  /** Part of URLs. */
  id: string;
  name: string;
}

/** What the project's owner has switched on. Until the provider has said so, everything but its OAuth providers. */
export interface Offers {
  isKnown: boolean;
  providers: OAuthProvider[];
  magicLinks: boolean;
  passwords: boolean;
  /** In any of these ways. */
  signUp: boolean;
  /** By users themselves. */
  accountDeletion: boolean;
}

/** What the start and the end of an OAuth sign-in have in common. */
export interface OAuthFlow {
  provider: string;
  /** Shows that this browser started the flow. */
  state: string;
  /** RFC 7636. */
  codeVerifier: string;
}

/**
 * Keeps the accounts. Every call is bounded in time, and rejects only with an AuthRefusal, or with an AuthFault, after
 * which a change may have been made anyway.
 */
export interface AuthProvider {
  /** The first is what most users have. */
  tokenKinds(): [TokenKind, ...TokenKind[]];
  /** @returns a new access token; undefined if the session was ended or the user deleted */
  refresh(refreshToken: string, limitMs?: number): Promise<string | undefined>;

  /** Also emails a link that verifies the address. */
  signUp(user: Credentials & { name: string }, callbackUrl: string): Promise<Tokens>;
  signIn(credentials: Credentials): Promise<Tokens>;
  signOut(tokens: Tokens): Promise<void>;

  /** Takes 1 s at most, and never rejects. */
  offers(): Promise<Offers>;
  authorizeUrl(flow: OAuthFlow): Promise<string>;
  /** @param answer the query that the browser came back with */
  exchangeCode(flow: OAuthFlow, answer: URLSearchParams): Promise<SignIn>;

  /** @returns a nonce: a typed code is not complete without it */
  sendMagicLink(email: string, callbackUrl: string): Promise<string>;
  signInWithCode(code: string): Promise<SignIn>;

  /** Neither the answer nor its time tells whether the address has an account. */
  startPasswordReset(email: string, callbackUrl: string): Promise<void>;
  /** Ends every session of the account. */
  resetPassword(code: string, password: string): Promise<void>;

  sendVerificationMail(tokens: Tokens, callbackUrl: string): Promise<void>;
  verifyEmail(code: string): Promise<void>;

  rename(tokens: Tokens, name: string | null): Promise<void>;
  /** Ends every other session. */
  changePassword(tokens: Tokens, passwords: { old: string; new: string }): Promise<void>;
  /** @returns how many */
  endOtherSessions(tokens: Tokens): Promise<number>;
  deleteAccount(tokens: Tokens): Promise<void>;
}
