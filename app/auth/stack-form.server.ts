import type { z } from "zod";
import type { Form } from "#app/http/form.server.ts";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { log, logOutage } from "#app/platform/log.server.ts";
import { StackRefusal } from "./stack/app.server.ts";

/** Why a form was not accepted, and what was typed, to be shown again. */
export interface RefusedForm {
  /** By field; `form` is about all of it. */
  errors: Record<string, string>;
  typed: Record<string, string>;
}

interface StackForm<Fields extends z.ZodObject> {
  /** Counts the post, whatever it holds. @throws {LimitReached} */
  count?(): Promise<void>;
  fields: Fields;
  /** Which are shown again as they were typed. Never passwords and codes. */
  shownAgain: (keyof z.infer<Fields> & string)[];
  /** Stack's known errors in a person's words, each with the field that it is about. */
  words: Record<string, RefusedForm["errors"]>;
  /** Asks Stack, and answers where it does not refuse. */
  attempt(typed: z.infer<Fields>): Promise<Response>;
}

/** For whatever signs somebody in. */
const wordsEverywhere: Record<string, RefusedForm["errors"]> = {
  MULTI_FACTOR_AUTHENTICATION_REQUIRED: {
    form:
      "This account asks for a second factor, a code from an app, and this site cannot ask for it yet. " +
      "Ask the people who run the site to switch it off for your account.",
  },
};

/** What the log calls a refusal, by the form's path. */
const failures: Record<string, string> = {
  "/sign-in": "sign-in failed",
  "/magic-link": "sign-in failed",
  "/sign-up": "sign-up failed",
};

/**
 * Answers a form with which somebody asks something of Stack: as the attempt does, with 400 and a message beside
 * the field, with 429, or with 503.
 * @param form as `readForm` read it
 */
export async function answerStackForm<Fields extends z.ZodObject>(
  request: Request,
  form: Form | undefined,
  { count, fields, shownAgain, words, attempt }: StackForm<Fields>,
): Promise<Response> {
  const refuse = (errors: RefusedForm["errors"], status = 400, headers = personalHeaders()) => {
    const kept = shownAgain.map((field) => [field, form?.get(field)?.replaceAll("\0", "") ?? ""]);
    const refused: RefusedForm = { errors, typed: Object.fromEntries(kept) };
    return Response.json(refused, { status, headers });
  };

  try {
    await count?.();
    if (!form) return refuse({ form: "That was no form of this page." });
    const parsed = fields.safeParse(Object.fromEntries(form));
    if (!parsed.success) return refuse(firstMessages(parsed.error));
    return await attempt(parsed.data);
  } catch (error) {
    const { pathname } = new URL(request.url);
    const operation = `POST ${pathname}`;
    if (error instanceof StackRefusal) {
      log.info({ event: failures[pathname] ?? "account form refused", reason: error.code }, "Stack refused");
      const inWords = words[error.code] ?? wordsEverywhere[error.code];
      if (inWords) return refuse(inWords);
      logOutage(operation, error);
      return refuse({ form: "The sign-in service does not accept that." });
    }
    const { status, message, retryAfter } = notNow(operation, error);
    return refuse({ form: message }, status, retryHeaders(retryAfter));
  }
}

/** The first thing that is wrong with each field. */
function firstMessages({ issues }: z.ZodError): RefusedForm["errors"] {
  return Object.fromEntries(issues.map(({ path, message }) => [path[0] ?? "form", message]).reverse());
}
