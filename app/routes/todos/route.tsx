import {
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
  redirect,
} from "@remix-run/node";
import { useActionData, useLoaderData, useLocation } from "@remix-run/react";
import { useRef } from "react";
import { endSessionOfDeleted, readSession, type Session } from "#app/auth/session/session.server.ts";
import { Announcer } from "#app/components/announcer.tsx";
import { Unavailable } from "#app/components/unavailable.tsx";
import type { Form } from "#app/http/form.server.ts";
import { documentHeaders, personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { countChange } from "#app/limits/limits.server.ts";
import { placeOfAdded } from "./changes/added-todo.server.ts";
import type { ActionAnswer, MadeChange, RefusedChange } from "./changes/answer.ts";
import { type ChangeInput, parseChange, readChangeForm } from "./changes/input.server.ts";
import { makeChange } from "./changes/make-change.server.ts";
import { EditTodo } from "./editing/edit-todo.tsx";
import { withoutEdit } from "./editing/url-state.ts";
import { Landing } from "./landing.tsx";
import { type ListData, readList } from "./list/list.server.ts";
import { listTitle } from "./list/list-title.ts";
import { siteUnreachable } from "./list/list-words.ts";
import { AddTodo } from "./page/add-todo.tsx";
import { TodosPage } from "./page/todos-page.tsx";
import { endUndoOffer, offerUndo } from "./undo/cookie.server.ts";

export { clientAction, clientLoader, shouldRevalidate } from "./outbox/without-connection.ts";

export const meta: MetaFunction<() => Promise<ListData>> = ({ data, location }) => [
  { title: listTitle(data, location.search) },
];

export const headers = documentHeaders;

export async function loader({ request }: LoaderFunctionArgs) {
  const { data, setCookie } = await readList(request);
  return data.view === "unavailable"
    ? Response.json(data, { headers: retryHeaders(data.retryAfter), status: data.status })
    : Response.json(data, { headers: personalHeaders(setCookie) });
}

export async function action({ request }: ActionFunctionArgs) {
  const changeForm = await readChangeForm(request);
  const { form } = changeForm;
  try {
    const { session, setCookie } = await readSession(request);
    if (!session) {
      return redirect("/sign-in", { status: 303, headers: personalHeaders(setCookie) });
    }

    // What waited in a page of another user, who was signed in at this browser before, was not done by this one.
    const by = form?.get("by");
    if (by !== undefined && by !== session.userId) {
      return redirect("/", { status: 303, headers: personalHeaders(setCookie) });
    }

    const change = parseChange(changeForm);
    if ("errors" in change) return refuse(400, change.errors, form, { setCookie });

    await countChange(session.userId);
    const { input } = change;
    const made = await makeChange(session, input);
    switch (made.outcome) {
      case "done": {
        const place = input.intent === "add" ? await placeOfAdded(request, input.task) : undefined;
        const answer: MadeChange = { ok: true, ...made.undoable, ...(place && { place }) };
        const headers = personalHeaders(setCookie);
        const offer = await undoOffer(form, session, input, answer);
        if (offer) headers.append("Set-Cookie", offer);
        return done(request, form, headers, answer);
      }
      case "not there":
        return refuse(404, { form: made.why }, form, { setCookie });
      case "not allowed":
        return refuse(403, { form: made.why }, form, { setCookie });
      case "signed out":
        return redirect("/sign-in", { status: 303, headers: personalHeaders(await endSessionOfDeleted()) });
    }
  } catch (error) {
    const { status, message, retryAfter } = notNow("POST /", error);
    return refuse(status, { form: message }, form, { retryAfter });
  }
}

export default function Todos() {
  const data = useLoaderData<ListData>();
  const answer = useActionData<ActionAnswer>();
  const refused = answer && !answer.ok ? answer : undefined;
  const lastList = useLastList(data);
  switch (data.view) {
    case "landing":
      return <Landing wasDeleted={data.wasDeleted} />;
    case "unavailable":
      return lastList ? (
        <Announcer>
          <TodosPage
            key={lastList.viewer.id}
            data={lastList}
            refused={refused}
            // Of the connection the page speaks itself.
            {...(data.message !== siteUnreachable && { notice: data.message })}
          />
        </Announcer>
      ) : (
        <Unavailable title="Todos" message={data.message}>
          {refused?.task && refused.intent === "add" ? (
            <AddTodo refused={{ ...refused, errors: {} }} />
          ) : null}
          {refused?.id && refused.intent === "edit" ? (
            <EditTodo id={refused.id} text={refused.task} error={undefined} />
          ) : null}
        </Unavailable>
      );
    case "list":
      return (
        <Announcer>
          <TodosPage key={data.viewer.id} data={data} refused={refused} />
        </Announcer>
      );
  }
}

/** The list that this page showed before it could not be read any more: what is being typed stays in its field. */
function useLastList(data: ListData) {
  const { search } = useLocation();
  const last = useRef<{ search: string; list: Extract<ListData, { view: "list" }> }>();
  if (data.view === "list") last.current = { search, list: data };
  return last.current?.search === search ? last.current.list : undefined;
}

/** The Set-Cookie value with which the next pages offer to undo what a plain form has changed, or cease to. */
function undoOffer(form: Form | undefined, session: Session, input: ChangeInput, made: MadeChange) {
  const { batch, intent, count } = made;
  // The offer of an earlier change would be taken for one of this.
  if (input.intent === "restore" || count === 0) return endUndoOffer();
  if (!batch || !intent || !count || form?.get("via") === "script") return undefined;
  return offerUndo(session, { batch, intent, count });
}

/**
 * Back to the same place in the list, unless the change shows elsewhere; a script that sent the form itself gets JSON
 * instead.
 */
function done(request: Request, form: Form | undefined, headers: Headers, made: MadeChange): Response {
  if (form?.get("via") === "script") return Response.json(made, { headers });
  if (made.place) return redirect(made.place, { status: 303, headers });
  const { pathname, search } = new URL(request.url);
  return redirect(pathname + withoutEdit(search), { status: 303, headers });
}

function refuse(
  status: 400 | 403 | 404 | 429 | 503,
  errors: RefusedChange["errors"],
  form: Form | undefined,
  { setCookie, retryAfter }: { setCookie?: string | undefined; retryAfter?: number },
): Response {
  const task = form?.get("task")?.replaceAll("\0", "") ?? "";
  const isTemporary = retryAfter !== undefined;
  const answer: RefusedChange = {
    ok: false,
    intent: form?.get("intent"),
    id: form?.get("id"),
    errors,
    task,
    isTemporary,
    ...(isTemporary && { retryAfter, key: form?.get("key") }),
  };
  const headers = isTemporary ? retryHeaders(retryAfter) : personalHeaders(setCookie);
  return Response.json(answer, { status, headers });
}
