/** The OAuth providers that the stand-in can play. */
export const knownOAuthProviders = ["github", "google"] as const;
export type OAuthProvider = (typeof knownOAuthProviders)[number];

/** What the owner of a Stack Auth project sets on its dashboard. */
export interface ProjectSettings {
  /** Users are restricted for as long as their primary e-mail address is not verified. */
  requiresVerifiedEmail: boolean;
  /** Whether people can make themselves an account, in whatever way. Servers always can. */
  allowsSignUp: boolean;
  allowsPasswords: boolean;
  allowsMagicLinks: boolean;
  /** In the order in which the API lists them. */
  oauthProviders: readonly OAuthProvider[];
}

/** Those of the project whose exchanges were recorded. */
export const recordedSettings: Readonly<ProjectSettings> = {
  requiresVerifiedEmail: false,
  allowsSignUp: true,
  allowsPasswords: true,
  allowsMagicLinks: true,
  oauthProviders: knownOAuthProviders,
};
