import { Fault, type TryLater } from "#app/platform/fault.server.ts";

/** Why a provider refuses. The names are Stack's known errors; the last six are our own. */
export type RefusalCode =
  | "CANNOT_GET_OWN_USER_WITHOUT_USER"
  | "CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE"
  | "EMAIL_ALREADY_VERIFIED"
  | "EMAIL_PASSWORD_MISMATCH"
  | "INVALID_AUTHORIZATION_CODE"
  | "MULTI_FACTOR_AUTHENTICATION_REQUIRED"
  | "OAUTH_PROVIDER_ACCESS_DENIED"
  | "OAUTH_PROVIDER_TEMPORARILY_UNAVAILABLE"
  | "OUTER_OAUTH_TIMEOUT"
  | "PASSWORD_AUTHENTICATION_NOT_ENABLED"
  | "PASSWORD_CONFIRMATION_MISMATCH"
  | "PASSWORD_REQUIREMENTS_NOT_MET"
  | "PASSWORD_TOO_LONG"
  | "PASSWORD_TOO_SHORT"
  | "REDIRECT_URL_NOT_WHITELISTED"
  | "SCHEMA_ERROR"
  | "SIGN_UP_NOT_ENABLED"
  | "USER_DOES_NOT_HAVE_PASSWORD"
  | "USER_EMAIL_ALREADY_EXISTS"
  | "USER_NOT_FOUND"
  | "VERIFICATION_CODE_ALREADY_USED"
  | "VERIFICATION_CODE_EXPIRED"
  | "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED"
  | "VERIFICATION_CODE_NOT_FOUND"
  | "ADDRESS_GONE"
  | "CODE_NOT_SENT_HERE"
  | "ACCOUNT_DELETION_NOT_ENABLED"
  | "COOKIES_REFUSED"
  | "MAGIC_LINKS_NOT_ENABLED"
  | "NO_PRIMARY_EMAIL";

/** The provider understood, and said no. */
export class AuthRefusal extends Error {
  override name = "AuthRefusal";
  constructor(readonly code: RefusalCode | (string & {})) {
    super(`The provider refused: ${code}`);
  }
}

export const unreachable = "The sign-in service can't be reached. Try again in a moment.";

/** The provider did not answer in time, or its answer made no sense. */
export class AuthFault extends Fault {
  override name = "AuthFault";
  readonly tryLater: TryLater;
  /** Of the answer, if there was one. */
  readonly status: number | undefined;
  constructor(
    message: string,
    { retryAfter = 5, status, ...options }: ErrorOptions & { retryAfter?: number; status?: number } = {},
  ) {
    super(message, options);
    this.tryLater = { status: 503, message: unreachable, retryAfter };
    this.status = status;
  }
}

/** The provider did not say how a change went: it may have been made. */
export class UnknownOutcome extends AuthFault {
  override name = "UnknownOutcome";
}

export function isWrongPassword(error: unknown): boolean {
  return (
    error instanceof AuthRefusal &&
    ["EMAIL_PASSWORD_MISMATCH", "PASSWORD_CONFIRMATION_MISMATCH"].includes(error.code)
  );
}
