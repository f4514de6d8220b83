import { QueueFull } from "#app/platform/bounded-queue.server.ts";
import { Fault, type TryLater } from "#app/platform/fault.server.ts";

/** Why a provider refuses. The names are Stack's known errors; the last nine are our own. */
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
  | "EMAIL_NOT_VERIFIED"
  | "HELD_BACK"
  | "MAGIC_LINKS_NOT_ENABLED"
  | "NO_PRIMARY_EMAIL"
  | "SIGN_IN_TOO_OLD";

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

/** To be thrown for the failure of a change. */
export function asOutcome(error: unknown): unknown {
  if (!(error instanceof AuthFault) || !mayHaveArrived(error)) return error;
  const { message, status, tryLater } = error;
  return new UnknownOutcome(message, {
    cause: error.cause,
    retryAfter: tryLater.retryAfter,
    ...(status && { status }),
  });
}

/** A proxy in between gives up with 502 or 504. */
function mayHaveArrived({ status, cause }: AuthFault): boolean {
  if (status !== undefined) return status === 502 || status === 504;
  if (cause instanceof QueueFull) return false;
  const { code } = ((cause as Error | undefined)?.cause ?? {}) as NodeJS.ErrnoException;
  return !["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"].includes(code ?? "");
}

/** In seconds: no provider sends dates. */
export function retryAfterOf(response: Response): { retryAfter?: number } {
  const value = response.headers.get("Retry-After") ?? "";
  return /^\d{1,5}$/.test(value) ? { retryAfter: Math.max(1, Number(value)) } : {};
}

export function isWrongPassword(error: unknown): boolean {
  return (
    error instanceof AuthRefusal &&
    ["EMAIL_PASSWORD_MISMATCH", "PASSWORD_CONFIRMATION_MISMATCH"].includes(error.code)
  );
}
