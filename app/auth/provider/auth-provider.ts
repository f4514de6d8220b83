import type { JWTPayload } from "jose";

/** What a provider gives a user who signs in. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

export interface SignIn {
  tokens: Tokens;
  /** The account was created by this sign-in. */
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
  /** Seconds since 1970; undefined where the token does not say. */
  signedUpAt: number | undefined;
  /** Seconds since 1970. */
  expiresAt: number;
}

/** The token of a user who may use the app. */
export interface AccessToken extends Claims {
  restriction?: undefined;
}

/** What keeps a user out: an unverified email address, or something that only an administrator can lift. */
export type Restriction = "unverified" | "administrator";

/** The token of a user who may do nothing yet. It fits nowhere where an AccessToken is asked for. */
export interface RestrictedToken extends Claims {
  restriction: Restriction;
}

/** Access tokens that are signed and read in one way. */
export interface TokenKind {
  issuer: string;
  audience: string;
  algorithm: string;
  /** Of the JSON Web Key Set with which these tokens, and no others, are verified. */
  keysUrl: string;
  /** @throws for verified claims that this kind does not have */
  read(claims: JWTPayload): AccessToken | RestrictedToken;
}

/** An account at another company that users can sign in with. */
export interface OAuthProvider {
  /** Part of URLs. */
  id: string;
  name: string;
}

/** The ways to sign in besides a password. */
export interface WaysIn {
  providers: OAuthProvider[];
  magicLinks: boolean;
}

/** What the start of an OAuth sign-in and its end have to agree on. */
export interface OAuthFlow {
  provider: string;
  /** Comes back with the answer, and shows that this browser started the flow. */
  state: string;
  /** Whoever has it can exchange the code (RFC 7636). */
  codeVerifier: string;
}

/**
 * Who keeps the accounts. Every call is bounded in time and rejects with nothing but an AuthRefusal or an AuthFault.
 * After a fault a change may have been made all the same.
 */
export interface AuthProvider {
  /** The first is what most users have. */
  tokenKinds(): [TokenKind, ...TokenKind[]];
  /** @returns a new access token; undefined when the session was ended or the user deleted */
  refresh(refreshToken: string, limitMs?: number): Promise<string | undefined>;

  /** Creates a user, and mails a link that verifies the address. */
  signUp(user: Credentials & { name: string }, callbackUrl: string): Promise<Tokens>;
  signIn(credentials: Credentials): Promise<Tokens>;
  signOut(tokens: Tokens): Promise<void>;

  /** Never rejects. @returns undefined while the provider has not answered yet, after 1 s at most */
  waysIn(): Promise<WaysIn | undefined>;
  /** Where the browser goes to sign in. */
  authorizeUrl(flow: OAuthFlow): Promise<string>;
  /** @param answer the query that the browser came back with */
  exchangeCode(flow: OAuthFlow, answer: URLSearchParams): Promise<SignIn>;

  /** @returns a nonce, which makes a whole code of the one in the mail that users can type */
  sendMagicLink(email: string, callbackUrl: string): Promise<string>;
  signInWithCode(code: string): Promise<SignIn>;

  /** Takes the same time, and gives the same answer, whether or not the address has an account. */
  startPasswordReset(email: string, callbackUrl: string): Promise<void>;
  /** Ends every session of the account. */
  resetPassword(code: string, password: string): Promise<void>;

  sendVerificationMail(tokens: Tokens, callbackUrl: string): Promise<void>;
  verifyEmail(code: string): Promise<void>;

  /** @param name null: none */
  rename(tokens: Tokens, name: string | null): Promise<void>;
  /** Ends every other session of the user. */
  changePassword(tokens: Tokens, passwords: { old: string; new: string }): Promise<void>;
  /** @returns how many sessions were ended */
  endOtherSessions(tokens: Tokens): Promise<number>;
  deleteAccount(tokens: Tokens): Promise<void>;
}
