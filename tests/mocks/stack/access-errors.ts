import { KnownError } from "./known-errors.ts";

const restDocs =
  "For more information, see the docs on REST API authentication: https://docs.stack-auth.com/rest-api/overview#authentication";

// Errors of project keys.

export function projectKeyWithoutAccessType(): KnownError {
  return new KnownError(
    400,
    "PROJECT_KEY_WITHOUT_ACCESS_TYPE",
    "Either an API key or an admin access token was provided, but the x-stack-access-type header is missing. Set it to 'client', 'server', or 'admin' as appropriate.",
  );
}

export function accessTypeRequired(): KnownError {
  return new KnownError(
    400,
    "ACCESS_TYPE_REQUIRED",
    `You must specify an access level for this Stack project. Make sure project API keys are provided (eg. x-stack-publishable-client-key) and you set the x-stack-access-type header to 'client', 'server', or 'admin'.\n\n${restDocs}`,
  );
}

export function invalidAccessType(given: string): KnownError {
  return new KnownError(
    400,
    "INVALID_ACCESS_TYPE",
    `The x-stack-access-type header must be 'client', 'server', or 'admin', but was '${given}'.`,
  );
}

export function accessTypeWithoutProjectId(given: string): KnownError {
  return new KnownError(
    400,
    "ACCESS_TYPE_WITHOUT_PROJECT_ID",
    `The x-stack-access-type header was '${given}', but the x-stack-project-id header was not provided.\n\n${restDocs}`,
    { request_type: given },
  );
}

export function insufficientAccessType(actual: string, allowed: readonly string[]): KnownError {
  return new KnownError(
    401,
    "INSUFFICIENT_ACCESS_TYPE",
    `The x-stack-access-type header must be ${allowed.map((type) => `'${type}'`).join(" or ")}, but was '${actual}'.`,
    { actual_access_type: actual, allowed_access_types: allowed },
  );
}

export function currentProjectNotFound(projectId: string): KnownError {
  return new KnownError(
    400,
    "CURRENT_PROJECT_NOT_FOUND",
    `The current project with ID ${projectId} was not found. Please check the value of the x-stack-project-id header.`,
    { project_id: projectId },
  );
}

export function invalidPublishableClientKey(projectId: string): KnownError {
  return new KnownError(
    401,
    "INVALID_PUBLISHABLE_CLIENT_KEY",
    `The publishable key is not valid for the project ${JSON.stringify(projectId)}. Does the project and/or the key exist?`,
    { project_id: projectId },
  );
}

export function serverAuthenticationRequired(): KnownError {
  return new KnownError(401, "SERVER_AUTHENTICATION_REQUIRED", "The secret server key must be provided.");
}

export function invalidSecretServerKey(projectId: string): KnownError {
  return new KnownError(
    401,
    "INVALID_SECRET_SERVER_KEY",
    `The secret server key is not valid for the project ${JSON.stringify(projectId)}. Does the project and/or the key exist?`,
    { project_id: projectId },
  );
}

export function adminAuthenticationRequired(): KnownError {
  return new KnownError(401, "ADMIN_AUTHENTICATION_REQUIRED", "The super secret admin key must be provided.");
}

export function invalidOAuthClientIdOrSecret(clientId: string | null = null): KnownError {
  return new KnownError(
    400,
    "INVALID_OAUTH_CLIENT_ID_OR_SECRET",
    "The OAuth client ID or secret is invalid. The client ID must be equal to the project ID (potentially with a hash and a branch ID), and the client secret must be a publishable client key.",
    { client_id: clientId },
  );
}

// Errors of user tokens.

export function unparsableAccessToken(): KnownError {
  return new KnownError(401, "UNPARSABLE_ACCESS_TOKEN", "Access token is not parsable.");
}

export function accessTokenExpired(token: {
  expiredAt: Date;
  projectId?: string | undefined;
  userId?: string | undefined;
  refreshTokenId?: string | undefined;
}): KnownError {
  const { expiredAt, projectId, userId, refreshTokenId } = token;
  const whose = [
    projectId && ` Project ID: ${projectId}.`,
    userId && ` User ID: ${userId}.`,
    refreshTokenId && ` Refresh token ID: ${refreshTokenId}.`,
  ];
  return new KnownError(
    401,
    "ACCESS_TOKEN_EXPIRED",
    `Access token has expired. Please refresh it and try again. (The access token expired at ${expiredAt.toISOString()}.)${whose.filter(Boolean).join("")}\n\nDebug info: Most likely, you fetched the access token before it expired (for example, in a server component, pre-rendered page, or on page load), but then didn't refresh it before it expired. If this is the case, and you're using the SDK, make sure you call getAccessToken() every time you need to use the access token. If you're not using the SDK, make sure you refresh the access token with the refresh endpoint.`,
    {
      expired_at_millis: expiredAt.getTime(),
      project_id: projectId ?? null,
      user_id: userId ?? null,
      refresh_token_id: refreshTokenId ?? null,
    },
  );
}

export function invalidProjectForAccessToken(expected: string, actual: string): KnownError {
  return new KnownError(
    401,
    "INVALID_PROJECT_FOR_ACCESS_TOKEN",
    `Access token not valid for this project. Expected project ID ${JSON.stringify(expected)}, but the token is for project ID ${JSON.stringify(actual)}.`,
    { expected_project_id: expected, actual_project_id: actual },
  );
}

export function anonymousAuthenticationNotAllowed(): KnownError {
  return new KnownError(
    401,
    "ANONYMOUS_AUTHENTICATION_NOT_ALLOWED",
    "X-Stack-Access-Token is for an anonymous user, but anonymous users are not enabled. Set the X-Stack-Allow-Anonymous-User header of this request to 'true' to allow anonymous users.",
  );
}

export function restrictedUserNotAllowed(reason: { type: string }): KnownError {
  return new KnownError(
    403,
    "RESTRICTED_USER_NOT_ALLOWED",
    `The user in the access token is in restricted state. Reason: ${reason.type}. Please pass the X-Stack-Allow-Restricted-User header if this is intended.`,
    { restricted_reason: reason },
  );
}

export function refreshTokenNotFoundOrExpired(): KnownError {
  return new KnownError(
    401,
    "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED",
    "Refresh token not found for this project, or the session has expired/been revoked.",
  );
}

export function invalidAuthorizationCode(): KnownError {
  return new KnownError(400, "INVALID_AUTHORIZATION_CODE", "The given authorization code is invalid.");
}

export function cannotDeleteCurrentSession(): KnownError {
  return new KnownError(400, "CANNOT_DELETE_CURRENT_SESSION", "Cannot delete the current session.");
}
