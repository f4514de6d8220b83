import { randomBytes } from "node:crypto";
import type { RequestHandler } from "msw";
import sql from "sql-template-tag";
import { z } from "zod";
import { type Statement, statement } from "#app/db/statement.server.ts";
import { json } from "./answers.ts";
import type { Backend } from "./backend.ts";
import { checkCallbackUrl } from "./callback-urls.ts";
import { codeAlreadyUsed, codeExpired, codeNotFound, codeWornOut } from "./code-errors.ts";
import { type MailedCode, mailWithCode, type Purpose } from "./mail-texts.ts";
import { keepMail } from "./mails.ts";
import { clientOrHigher, endpoint } from "./requests.ts";

/** Stack's codes are lower case, without letters that look alike. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const codeLength = 45;
/** The part of a code that users may type; the rest is the nonce, which only the app gets. */
export const typedLength = 6;
const lifetimeDays = 7;
/** Stack refuses the attempt after these. */
const allowedAttempts = 20;

/** A code in the body of a request. */
export const codeField = z.string().length(codeLength);

/** Whom a code is for. */
interface Addressee {
  /** As it was typed. */
  email: string;
  /** Null for a new user. */
  userId: string | null;
}

/**
 * Creates a code and emails it.
 * @throws {KnownError} when an email may not lead to the callback URL
 */
export async function mailCode(
  { database, settings }: Backend,
  purpose: Purpose,
  { email, userId }: Addressee,
  callbackUrl: string,
): Promise<string> {
  checkCallbackUrl(settings, callbackUrl);
  const code = newCode();
  const link = new URL(callbackUrl);
  link.searchParams.set("code", code);
  const mailed: MailedCode = { link: link.href, typed: code.slice(0, typedLength).toUpperCase() };

  await database.query(keepCode(code, purpose, { email, userId }));
  await database.query(keepMail({ to: email, ...mailWithCode(purpose, mailed) }));
  return code;
}

/**
 * Uses up a code.
 * @throws {KnownError} when it is invalid
 */
export async function usedCode(backend: Backend, purpose: Purpose, given: string): Promise<Addressee> {
  const addressee = await checkedCode(backend, purpose, given);
  const [used] = await backend.database.query(markUsed(given.toLowerCase()));
  if (!used) throw codeAlreadyUsed();
  return addressee;
}

/** `…/check-code`: whether a code would work. This counts as an attempt, but does not use up the code. */
export function checkCodeEndpoint(backend: Backend, path: string, purpose: Purpose): RequestHandler {
  const checkBody = z.strictObject({ code: codeField });
  return endpoint(backend, "post", `${path}/check-code`, clientOrHigher, async ({ body }) => {
    await checkedCode(backend, purpose, body(checkBody).code);
    return json({ is_code_valid: true });
  });
}

/** Expired and worn-out codes are not in the recordings: their refusals follow Stack's public source. */
async function checkedCode({ database }: Backend, purpose: Purpose, given: string): Promise<Addressee> {
  const [code] = await database.query(tryCode(given.toLowerCase(), purpose));
  if (!code) throw codeNotFound();
  if (code.is_expired) throw codeExpired();
  if (code.is_used) throw codeAlreadyUsed();
  if (code.attempts > allowedAttempts) throw codeWornOut();
  return { email: code.email, userId: code.user_id };
}

function newCode(): string {
  return Array.from(randomBytes(codeLength), (byte) => alphabet[byte % alphabet.length]).join("");
}

function keepCode(code: string, purpose: Purpose, { email, userId }: Addressee): Statement<never> {
  return statement(
    z.never(),
    sql`
insert into emailed_codes (code, purpose, email, user_id, expires_at)
values (
  ${code}::text,
  ${purpose}::text,
  ${email}::text,
  ${userId}::uuid,
  now() + ${lifetimeDays}::integer * interval '1 day'
)
    `,
  );
}

const triedCodeRow = z.object({
  email: z.string(),
  user_id: z.string().nullable(),
  attempts: z.number(),
  is_used: z.boolean(),
  is_expired: z.boolean(),
});

/**
 * Counts an attempt, for every code with the same nonce, so that the typed part cannot be guessed.
 * @returns no row when there is no such code for that purpose
 */
function tryCode(code: string, purpose: Purpose): Statement<z.infer<typeof triedCodeRow>> {
  return statement(
    triedCodeRow,
    sql`
with tried as (
  update emailed_codes
  set attempts = attempts + 1
  where substr(code, ${typedLength}::integer + 1) = substr(${code}::text, ${typedLength}::integer + 1)
  returning code, purpose, email, user_id, attempts, used_at, expires_at
)
select email, user_id, attempts, used_at is not null as is_used, expires_at < now() as is_expired
from tried
where code = ${code}::text
and purpose = ${purpose}::text
    `,
  );
}

/** @returns no row when the code was used before */
function markUsed(code: string): Statement<{ code: string }> {
  return statement(
    z.object({ code: z.string() }),
    sql`
update emailed_codes
set used_at = now()
where code = ${code}::text
and used_at is null
returning code
    `,
  );
}
