import {
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
  redirect,
} from "@remix-run/node";
import { useActionData, useLoaderData, useLocation } from "@remix-run/react";
import { useMemo, useRef } from "react";
import { endSessionOfDeleted, readSession } from "#app/auth/session/session.server.ts";
import { Announcer } from "#app/components/announcer.tsx";
import { Unavailable } from "#app/components/unavailable.tsx";
import { documentHeaders, personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { countChange } from "#app/limits/limits.server.ts";
import { type ActionAnswer, outboxUserField } from "./changes/answer.ts";
import { parseChange, readChangeForm } from "./changes/index.server.ts";
import { accept, refuse } from "./changes/respond.server.ts";
import { EditTodo } from "./editing/edit-todo.tsx";
import { Landing } from "./landing.tsx";
import { fromSent } from "./list/sent-list.ts";
import { siteUnreachable } from "./outbox/words.ts";
import { AddTodo } from "./page/add-todo.tsx";
import { TodosPage } from "./page/todos-page.tsx";
import { type ListData, type PageData, readPage } from "./page-data.server.ts";
import { listTitle } from "./title.ts";
import { undoCookie } from "./undo/cookie.server.ts";

export { clientAction, clientLoader, shouldRevalidate } from "./without-connection.ts";

export const meta: MetaFunction<() => Promise<PageData>> = ({ data, location }) => [
  { title: listTitle(data, location.search) },
];

type ShownData = Exclude<PageData, { view: "list" }> | ListData;

export const headers = documentHeaders;

export async function loader({ request }: LoaderFunctionArgs) {
  const { data, setCookie } = await readPage(request);
  return data.view === "unavailable"
    ? Response.json(data, { headers: retryHeaders(data.retryAfter), status: data.status })
    : Response.json(data, { headers: personalHeaders(setCookie) });
}

export async function action({ request }: ActionFunctionArgs) {
  const changeForm = await readChangeForm(request);
  const { form } = changeForm;
  try {
    const { session, setCookie } = await readSession(request);
    if (!session) return seeOther("/sign-in", setCookie);
    if ((form?.get(outboxUserField) ?? session.userId) !== session.userId) return seeOther("/", setCookie);

    const change = parseChange(changeForm);
    if ("errors" in change) return refuse(400, change.errors, form, { setCookie });

    await countChange(session.userId);
    const made = await change.make(session, request);
    switch (made.outcome) {
      case "done":
        return accept(request, form, made, [setCookie, await undoCookie(form, session, made.undoable)]);
      case "not there":
        return refuse(404, { form: made.why }, form, { setCookie });
      case "not allowed":
        return refuse(403, { form: made.why }, form, { setCookie });
      case "invalid":
        return refuse(400, made.errors, form, { setCookie });
      case "outdated":
        return refuse(409, { form: made.why }, form, { setCookie, theirs: made.theirs });
      case "signed out":
        return seeOther("/sign-in", await endSessionOfDeleted());
    }
  } catch (error) {
    const { status, message, retryAfter } = notNow("POST /", error);
    return refuse(status, { form: message }, form, { retryAfter });
  }
}

function seeOther(path: string, setCookie: string | undefined): Response {
  return redirect(path, { status: 303, headers: personalHeaders(setCookie) });
}

export default function Todos() {
  const loaded = useLoaderData<PageData>();
  const data: ShownData = useMemo(
    () => (loaded.view === "list" ? fromSent<ListData>(loaded) : loaded),
    [loaded],
  );
  const answer = useActionData<ActionAnswer>();
  const refused = answer && !answer.ok ? answer : undefined;
  const lastList = useLastList(data);
  switch (data.view) {
    case "landing":
      return <Landing wasDeleted={data.wasDeleted} signUp={data.signUp} />;
    case "unavailable":
      return lastList ? (
        <Announcer>
          <TodosPage
            key={lastList.viewer.id}
            data={lastList}
            refused={refused}
            // The page itself says that there is no connection.
            {...(data.message !== siteUnreachable && { notice: data.message })}
          />
        </Announcer>
      ) : (
        <Unavailable title="Todos" message={data.message}>
          {refused?.typed.task && refused.intent === "add" ? (
            <AddTodo refused={{ ...refused, errors: {} }} />
          ) : null}
          {refused?.id && refused.intent === "edit" ? (
            <EditTodo
              id={refused.id}
              typed={refused.typed}
              errors={{}}
              was={refused.was}
              theirs={refused.theirs}
            />
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

/** The list before it became unavailable: its fields keep what is being typed. */
function useLastList(data: ShownData) {
  const { search } = useLocation();
  const last = useRef<{ search: string; list: ListData }>();
  if (data.view === "list") last.current = { search, list: data };
  return last.current?.search === search ? last.current.list : undefined;
}
