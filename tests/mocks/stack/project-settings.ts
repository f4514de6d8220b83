/** The OAuth providers that the stand-in can play. */
export const knownOAuthProviders = ["github", "google"] as const;
export type OAuthProvider = (typeof knownOAuthProviders)[number];

/** What the owner of a Stack Auth project sets in its dashboard. */
export interface ProjectSettings {
  /** Users are restricted until their primary email address is verified. */
  requiresVerifiedEmail: boolean;
  /** Whether users can create an account, in any way. Servers always can. */
  allowsSignUp: boolean;
  allowsPasswords: boolean;
  allowsMagicLinks: boolean;
  /** In the order in which the API lists them. */
  oauthProviders: readonly OAuthProvider[];
}

/** The recorded project's. */
export const recordedSettings: Readonly<ProjectSettings> = {
  requiresVerifiedEmail: false,
  allowsSignUp: true,
  allowsPasswords: true,
  allowsMagicLinks: true,
  oauthProviders: knownOAuthProviders,
};
