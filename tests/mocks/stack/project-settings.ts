/** The OAuth providers that the stand-in can play. */
export const knownOAuthProviders = ["github", "google"] as const;
export type OAuthProvider = (typeof knownOAuthProviders)[number];

export interface TrustedDomain {
  /** An origin. */
  domain: string;
  /** What paths there begin with. */
  handlerPath: string;
}

/** What the owner of a Stack Auth project sets in its dashboard. */
export interface ProjectSettings {
  /** Users are restricted until their primary email address is verified. */
  requiresVerifiedEmail: boolean;
  /** Whether users can create an account, in any way. Servers always can. */
  allowsSignUp: boolean;
  allowsPasswords: boolean;
  allowsMagicLinks: boolean;
  /** Whether users can delete their own accounts. Servers always can. */
  allowsAccountDeletion: boolean;
  /** Where emails and sign-ins may lead, besides localhost. */
  trustedDomains: readonly TrustedDomain[];
  /** In the order in which the API lists them. */
  oauthProviders: readonly OAuthProvider[];
}

/** The recorded project's. */
export const recordedSettings: Readonly<ProjectSettings> = {
  requiresVerifiedEmail: false,
  allowsSignUp: true,
  allowsPasswords: true,
  allowsMagicLinks: true,
  allowsAccountDeletion: true,
  trustedDomains: [{ domain: "http://localhost", handlerPath: "/handler" }],
  oauthProviders: knownOAuthProviders,
};
