import { KnownError } from "./known-errors.ts";

// Errors of emailed codes, and of sending them.

export function codeNotFound(): KnownError {
  return new KnownError(
    404,
    "VERIFICATION_CODE_NOT_FOUND",
    "The verification code does not exist for this project.",
  );
}

export function codeExpired(): KnownError {
  return new KnownError(400, "VERIFICATION_CODE_EXPIRED", "The verification code has expired.");
}

export function codeAlreadyUsed(): KnownError {
  return new KnownError(
    409,
    "VERIFICATION_CODE_ALREADY_USED",
    "The verification link has already been used.",
  );
}

export function codeWornOut(): KnownError {
  return new KnownError(
    400,
    "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED",
    "The verification code nonce has reached the maximum number of attempts. This code is not valid anymore.",
  );
}

export function emailAlreadyVerified(): KnownError {
  return new KnownError(409, "EMAIL_ALREADY_VERIFIED", "The e-mail is already verified.");
}
