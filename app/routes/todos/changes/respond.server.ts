import { redirect } from "@remix-run/node";
import type { Form } from "#app/http/form.server.ts";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { withoutEdit } from "../list/views.ts";
import { beganIn, type Errors, isByScript, type MadeChange, type RefusedChange, typedIn } from "./answer.ts";
import type { Made } from "./change.server.ts";

/** Leads back to the same place in the list, unless the change shows elsewhere. A script gets JSON. */
export function accept(
  request: Request,
  form: Form | undefined,
  { undoable, place }: Extract<Made, { outcome: "done" }>,
  setCookies: (string | undefined)[],
): Response {
  const headers = personalHeaders();
  for (const cookie of setCookies) if (cookie) headers.append("Set-Cookie", cookie);
  if (isByScript(form)) {
    const answer: MadeChange = { ok: true, ...undoable, ...(place && { place }) };
    return Response.json(answer, { headers });
  }
  const { pathname, search } = new URL(request.url);
  return redirect(place ?? pathname + withoutEdit(search), { status: 303, headers });
}

interface RefuseOptions {
  setCookie?: string | undefined;
  /** In seconds: the same form may be accepted later. */
  retryAfter?: number;
  /** The text that was there first. */
  theirs?: string;
}

export function refuse(
  status: 400 | 403 | 404 | 409 | 429 | 503,
  errors: Errors,
  form: Form | undefined,
  { setCookie, retryAfter, theirs }: RefuseOptions,
): Response {
  const answer: RefusedChange = {
    ok: false,
    intent: form?.get("intent"),
    id: form?.get("id"),
    errors,
    typed: typedIn(form),
    was: beganIn(form),
    theirs,
    isTemporary: retryAfter !== undefined,
    ...(retryAfter !== undefined && { retryAfter, key: form?.get("key") }),
  };
  const headers = retryAfter === undefined ? personalHeaders(setCookie) : retryHeaders(retryAfter);
  return Response.json(answer, { status, headers });
}
