import type { z } from "zod";
import { AuthRefusal, type RefusalCode, UnknownOutcome } from "#app/auth/provider/errors.server.ts";
import type { Form } from "#app/http/form.server.ts";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { log, logOutage } from "#app/platform/log.server.ts";
import { type FormErrors, type RefusalWords, wordsEverywhere } from "./refusal-words.server.ts";

export interface RefusedForm {
  errors: FormErrors;
  typed: Record<string, string>;
}

const noAnswer = "The sign-in service didn't answer in time.";
export const incompleteForm = "This form is incomplete. Reload the page and try again.";

interface AuthForm<Fields extends z.ZodObject> {
  /** Counts invalid posts too. @throws {LimitReached} */
  count?(): Promise<void>;
  fields: Fields;
  /** Never passwords or codes. */
  shownAgain: (keyof z.infer<Fields> & string)[];
  words?: RefusalWords;
  /** What is known after an attempt that the provider did not answer. */
  ifUnknown?: string;
  attempt(typed: z.infer<Fields>): Promise<Response>;
}

const failureEvents: Record<string, string> = {
  "/sign-in": "sign-in failed",
  "/magic-link": "sign-in failed",
  "/sign-up": "sign-up failed",
};

/** Answers as the attempt does, or refuses the form with 400, 429 or 503 and a message. */
export async function answerAuthForm<Fields extends z.ZodObject>(
  request: Request,
  form: Form | undefined,
  { count, fields, shownAgain, words, ifUnknown, attempt }: AuthForm<Fields>,
): Promise<Response> {
  const refuse = (errors: FormErrors, status = 400, headers = personalHeaders()) => {
    const kept = shownAgain.map((field) => [field, form?.get(field)?.replaceAll("\0", "") ?? ""]);
    const refused: RefusedForm = { errors, typed: Object.fromEntries(kept) };
    return Response.json(refused, { status, headers });
  };

  try {
    await count?.();
    if (!form) return refuse({ form: incompleteForm });
    const parsed = fields.safeParse(Object.fromEntries(form));
    if (!parsed.success) return refuse(firstMessages(parsed.error));
    return await attempt(parsed.data);
  } catch (error) {
    const { pathname } = new URL(request.url);
    const operation = `POST ${pathname}`;
    if (error instanceof AuthRefusal) {
      log.info({ event: failureEvents[pathname] ?? "account form refused", reason: error.code }, "Refused");
      const inWords: FormErrors | undefined = { ...wordsEverywhere, ...words }[error.code as RefusalCode];
      if (inWords) return refuse(inWords);
      logOutage(operation, error);
      return refuse({ form: "The sign-in service doesn't accept that." });
    }
    const { status, message, retryAfter } = notNow(operation, error);
    const form = ifUnknown && error instanceof UnknownOutcome ? `${noAnswer} ${ifUnknown}` : message;
    return refuse({ form }, status, retryHeaders(retryAfter));
  }
}

/** Of each field. */
function firstMessages({ issues }: z.ZodError): FormErrors {
  return Object.fromEntries(issues.map(({ path, message }) => [path[0] ?? "form", message]).reverse());
}
