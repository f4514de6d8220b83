import { randomBytes } from "node:crypto";

/** A refusal that the API names: the header `x-stack-known-error` and JSON `{ code, error, details? }`. */
export class KnownError extends Error {
  override name = "KnownError";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details?: Record<string, unknown>,
  ) {
    super(message);
  }
}

/** A refusal without a name: a status and a sentence as plain text. */
export class StatusError extends Error {
  override name = "StatusError";
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Stack's answer in production to an error of its own. */
export function somethingWentWrong(): StatusError {
  return new StatusError(500, "Something went wrong. Please make sure the data you entered is correct.");
}

export function bodyParsingError(message: string): KnownError {
  return new KnownError(400, "BODY_PARSING_ERROR", message);
}

export function schemaError(request: { method: string; url: string }, problems: string[]): KnownError {
  const lines = problems.map((problem) => `\n  - ${problem}`).join("");
  const message = `Request validation failed on ${request.method} ${new URL(request.url).pathname}:${lines}`;
  return new KnownError(400, "SCHEMA_ERROR", message, { message });
}

export function cannotGetOwnUserWithoutUser(): KnownError {
  return new KnownError(
    400,
    "CANNOT_GET_OWN_USER_WITHOUT_USER",
    "You have specified 'me' as a userId, but did not provide authentication for a user.",
  );
}

export function userNotFound(): KnownError {
  return new KnownError(404, "USER_NOT_FOUND", "User not found.");
}

export function userIdDoesNotExist(userId: string): KnownError {
  return new KnownError(
    400,
    "USER_ID_DOES_NOT_EXIST",
    `The given user with the ID ${userId} does not exist.`,
    { user_id: userId },
  );
}

export function userEmailAlreadyExists(email: string): KnownError {
  return new KnownError(
    409,
    "USER_EMAIL_ALREADY_EXISTS",
    `A user with email ${JSON.stringify(email)} already exists.`,
    { email, would_work_if_email_was_verified: false },
  );
}

/** The user must verify the account's address first. */
export function userEmailExistsUnverified(email: string): KnownError {
  return new KnownError(
    409,
    "USER_EMAIL_ALREADY_EXISTS",
    `A user with email ${JSON.stringify(email)} already exists but the email is not verified. Please login to your existing account with the method you used to sign up, and then verify your email to sign in with this login method.`,
    { email, would_work_if_email_was_verified: true },
  );
}

export function redirectUrlNotWhitelisted(): KnownError {
  return new KnownError(
    400,
    "REDIRECT_URL_NOT_WHITELISTED",
    "Redirect URL not whitelisted. Did you forget to add this domain to the trusted domains list on the Stack Auth dashboard?",
  );
}

export function signUpNotEnabled(): KnownError {
  return new KnownError(
    400,
    "SIGN_UP_NOT_ENABLED",
    "Creation of new accounts is not enabled for this project. Please ask the project owner to enable it.",
  );
}

export function passwordAuthenticationNotEnabled(): KnownError {
  return new KnownError(
    400,
    "PASSWORD_AUTHENTICATION_NOT_ENABLED",
    "Password authentication is not enabled for this project.",
  );
}

export function emailPasswordMismatch(): KnownError {
  return new KnownError(400, "EMAIL_PASSWORD_MISMATCH", "Wrong e-mail or password.");
}

export function secondFactorRequired(): KnownError {
  return new KnownError(
    400,
    "MULTI_FACTOR_AUTHENTICATION_REQUIRED",
    "Multi-factor authentication is required for this user.",
    { attempt_code: randomBytes(24).toString("base64url") },
  );
}

export function passwordConfirmationMismatch(): KnownError {
  return new KnownError(400, "PASSWORD_CONFIRMATION_MISMATCH", "Passwords do not match.");
}

export function userDoesNotHavePassword(): KnownError {
  return new KnownError(
    400,
    "USER_DOES_NOT_HAVE_PASSWORD",
    "This user does not have password authentication enabled.",
  );
}

export function passwordTooShort(minimum: number): KnownError {
  return new KnownError(400, "PASSWORD_TOO_SHORT", `Password too short. Minimum length is ${minimum}.`, {
    min_length: minimum,
  });
}

/** Unlike all others, its detail is in camel case: the SDK reads only that name. */
export function passwordTooLong(maximum: number): KnownError {
  return new KnownError(400, "PASSWORD_TOO_LONG", `Password too long. Maximum length is ${maximum}.`, {
    maxLength: maximum,
  });
}
