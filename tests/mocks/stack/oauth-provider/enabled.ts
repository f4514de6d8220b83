import { oauthProviderNotEnabled } from "../oauth-errors.ts";
import type { OAuthProvider, ProjectSettings } from "../project-settings.ts";

/** @throws {KnownError} when the project has no such provider */
export function enabledProvider({ oauthProviders }: ProjectSettings, id: string): OAuthProvider {
  const enabled = oauthProviders.find((provider) => provider === id);
  if (!enabled) throw oauthProviderNotEnabled();
  return enabled;
}
