import { KnownError, StatusError } from "./known-errors.ts";

// Errors of signing in through a provider. Those that are not in the recordings follow Stack's public source.

export function oauthProviderNotEnabled(): KnownError {
  return new KnownError(
    400,
    "OAUTH_PROVIDER_NOT_FOUND_OR_NOT_ENABLED",
    "The OAuth provider is not found or not enabled.",
  );
}

export function oauthTimeout(): KnownError {
  return new KnownError(408, "OUTER_OAUTH_TIMEOUT", "The OAuth flow has timed out. Please sign in again.");
}

export function accessDeniedAtProvider(): KnownError {
  return new KnownError(400, "OAUTH_PROVIDER_ACCESS_DENIED", "The OAuth provider denied access to the user.");
}

export function providerUnavailable(): KnownError {
  return new KnownError(
    503,
    "OAUTH_PROVIDER_TEMPORARILY_UNAVAILABLE",
    "The OAuth provider is temporarily unavailable. Please try signing in again.",
  );
}

export function connectedToAnotherUser(): KnownError {
  return new KnownError(
    409,
    "OAUTH_CONNECTION_ALREADY_CONNECTED_TO_ANOTHER_USER",
    "The OAuth connection is already connected to another user.",
  );
}

/** The account's address is not verified. */
export function emailUsedUnverified(email: string): KnownError {
  return new KnownError(
    409,
    "CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE",
    `This email "(${email})" is already used for authentication by another account but the email is not verified. Please login to your existing account with the method you used to sign up, and then verify your email to sign in with this login method.`,
    { type: "email", contact_channel_value: email, would_work_if_email_was_verified: true },
  );
}

export function linkWithoutToken(): StatusError {
  return new StatusError(400, "?token= query parameter is required for link type");
}

export function unknownState(): StatusError {
  return new StatusError(400, "Invalid OAuth state. Please try signing in again.");
}

export function innerCookieMissing(): StatusError {
  return new StatusError(
    400,
    "Inner OAuth cookie not found. This is likely because you refreshed the page during the OAuth sign in process. Please try signing in again",
  );
}

export function invalidGrantOfProvider(): StatusError {
  return new StatusError(400, "Inner OAuth callback failed due to invalid grant. Please try again.");
}

export function invalidScope(): StatusError {
  return new StatusError(400, "Invalid scope requested. Please check the scopes you are requesting.");
}

export function otherRedirectUri(): StatusError {
  return new StatusError(
    400,
    "Invalid redirect URI. Your redirect URI must be the same as the one used to get the authorization code.",
  );
}
