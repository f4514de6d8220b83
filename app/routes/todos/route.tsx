import {
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
  redirect,
} from "@remix-run/node";
import {
  type ClientActionFunctionArgs,
  type ShouldRevalidateFunction,
  useActionData,
  useLoaderData,
  useLocation,
} from "@remix-run/react";
import { useRef } from "react";
import { endSessionOfDeleted, readSession, type Session } from "#app/auth/session.server.ts";
import { Unavailable } from "#app/components/unavailable.tsx";
import { database } from "#app/db/current.server.ts";
import { type Form, readForm } from "#app/http/form.server.ts";
import { documentHeaders, personalHeaders } from "#app/http/headers.ts";
import { asUnavailable, logOutage } from "#app/http/unavailable.server.ts";
import { onceProfileArrived } from "#app/profiles/arrival.server.ts";
import { AddTodo } from "./add-todo.tsx";
import type { ActionAnswer, RefusedChange } from "./answer.ts";
import { addTodo, type Change, deleteTodo, outcomeOf, toggleTodo } from "./changes.server.ts";
import { type ChangeInput, parseChange } from "./input.server.ts";
import { Landing } from "./landing.tsx";
import { type ListData, readList } from "./list.server.ts";
import { TodosPage } from "./todos-page.tsx";

export const meta: MetaFunction = () => [{ title: "Todos" }];

export const headers = documentHeaders;

export async function loader({ request }: LoaderFunctionArgs) {
  const { data, setCookie } = await readList(request);
  const headers = personalHeaders(setCookie);
  if (data.view !== "unavailable") return Response.json(data, { headers });
  headers.set("Retry-After", String(data.retryAfter));
  return Response.json(data, { headers, status: 503 });
}

export async function action({ request }: ActionFunctionArgs) {
  const form = await readForm(request);
  try {
    const { session, setCookie, wasDeleted } = await readSession(request);
    if (!session) {
      // What a deleted user is to be told is in his cookie: the next page says it, and clears that.
      const headers = personalHeaders(wasDeleted ? undefined : setCookie);
      return redirect("/sign-in", { status: 303, headers });
    }

    const change = parseChange(form);
    if ("errors" in change) return refuse(400, change.errors, form, setCookie);

    switch (outcomeOf(await make(session, change.input))) {
      case "done":
        return done(request, form, setCookie);
      case "not there":
        return refuse(404, { form: "That todo is not there any more." }, form, setCookie);
      case "not allowed":
        return refuse(403, { form: "Only its owner or an admin may delete that todo." }, form, setCookie);
      case "signed out":
        return redirect("/sign-in", { status: 303, headers: personalHeaders(await endSessionOfDeleted()) });
    }
  } catch (error) {
    const unavailable = asUnavailable(error);
    if (!unavailable) throw error;
    logOutage("POST /", error);
    const refusal = refuse(503, { form: unavailable.message }, form);
    refusal.headers.set("Retry-After", String(unavailable.retryAfter));
    return refusal;
  }
}

/** Without a connection the browser answers itself, so that what was typed stays on the page. */
export async function clientAction(args: ClientActionFunctionArgs): Promise<ActionAnswer> {
  const typed = new URLSearchParams(await args.request.clone().text());
  try {
    return await args.serverAction<ActionAnswer>();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const errors = { form: "The site cannot be reached. Check the connection, and try again." };
    return {
      ok: false,
      isTemporary: true,
      errors,
      task: typed.get("task") ?? "",
      key: typed.get("key") ?? "",
    };
  }
}

/** Where nothing can be reached, the page on the screen is better than what could be read now. */
export const shouldRevalidate: ShouldRevalidateFunction = ({ actionResult, defaultShouldRevalidate }) =>
  actionResult?.isTemporary ? false : defaultShouldRevalidate;

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
        <TodosPage data={lastList} refused={refused} notice={data.message} />
      ) : (
        <Unavailable title="Todos" message={data.message}>
          {refused?.task ? <AddTodo refused={{ ...refused, errors: {} }} /> : null}
        </Unavailable>
      );
    case "list":
      return <TodosPage data={data} refused={refused} />;
  }
}

/** The list that this page showed before it could not be read any more: what is being typed stays in its field. */
function useLastList(data: ListData) {
  const { search } = useLocation();
  const last = useRef<{ search: string; list: Extract<ListData, { view: "list" }> }>();
  if (data.view === "list") last.current = { search, list: data };
  return last.current?.search === search ? last.current.list : undefined;
}

/** Only an added todo is the actor's own: a refused foreign key is about his profile there, and nowhere else. */
function make(session: Session, input: ChangeInput) {
  const change = () => database().query(toStatement(session, input));
  return input.intent === "add" ? onceProfileArrived(session, change) : change();
}

function toStatement(session: Session, input: ChangeInput): Change {
  switch (input.intent) {
    case "add":
      return addTodo(session, { task: input.task, key: input.key ?? null });
    case "toggle":
      return toggleTodo(session, input);
    case "delete":
      return deleteTodo(session, input);
  }
}

/** Back to the same place in the list; a script that sent the form itself gets JSON instead. */
function done(request: Request, form: Form | undefined, setCookie: string | undefined): Response {
  const headers = personalHeaders(setCookie);
  if (form?.get("via") === "script") return Response.json({ ok: true } satisfies ActionAnswer, { headers });
  const { pathname, search } = new URL(request.url);
  return redirect(pathname + search, { status: 303, headers });
}

function refuse(
  status: 400 | 403 | 404 | 503,
  errors: RefusedChange["errors"],
  form: Form | undefined,
  setCookie?: string,
): Response {
  const task = form?.get("task")?.replaceAll("\0", "") ?? "";
  const isTemporary = status === 503;
  const answer: RefusedChange = {
    ok: false,
    errors,
    task,
    isTemporary,
    ...(isTemporary && { key: form?.get("key") }),
  };
  return Response.json(answer, { status, headers: personalHeaders(setCookie) });
}
