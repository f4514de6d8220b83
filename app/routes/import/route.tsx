import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { profileOnly, readAsUser, toSignIn } from "#app/auth/session/guard.server.ts";
import { endSessionOfDeleted, readSession } from "#app/auth/session/session.server.ts";
import { Frame } from "#app/components/frame.tsx";
import { SignedIn } from "#app/components/signed-in.tsx";
import { Unavailable } from "#app/components/unavailable.tsx";
import { documentHeaders, personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { countChange } from "#app/limits/limits.server.ts";
import { log } from "#app/platform/log.server.ts";
import { readFile } from "./file.server.ts";
import { ImportForm, type ImportProblems } from "./import-form.tsx";
import { importTodos } from "./import-todos.server.ts";

type ImportData = { email: string | null; isAdmin: boolean } | { unavailable: string };

export const meta: MetaFunction = () => [{ title: "Import · Todos" }];

export const headers = documentHeaders;

export async function loader({ request }: LoaderFunctionArgs): Promise<Response> {
  try {
    const asked = await readAsUser(request, await readSession(request), profileOnly);
    if (!asked.isSignedIn) return toSignIn(asked, "/import");
    const { email, isAdmin } = asked.viewer;
    return Response.json({ email, isAdmin }, { headers: personalHeaders(asked.setCookie) });
  } catch (error) {
    const { status, message, retryAfter } = notNow("GET /import", error);
    return Response.json({ unavailable: message }, { status, headers: retryHeaders(retryAfter) });
  }
}

/** All of the file's todos are added, or none. */
export async function action({ request }: ActionFunctionArgs): Promise<Response> {
  try {
    const { session, setCookie } = await readSession(request);
    if (!session) return redirect("/sign-in", { status: 303, headers: personalHeaders(setCookie) });
    await countChange(session.userId);
    const file = await readFile(request);
    const imported = "problems" in file ? file : await importTodos(session, file.rows);
    if ("problems" in imported) {
      const status = "isTooLarge" in imported ? 413 : 400;
      return Response.json(imported, { status, headers: personalHeaders(setCookie) });
    }
    if (!imported.actorLives) {
      const headers = personalHeaders(await endSessionOfDeleted());
      return redirect("/sign-in", { status: 303, headers });
    }
    log.info({ event: "import", count: imported.added }, "Todos were imported");
    const place = `/account?done=import&added=${imported.added}`;
    return redirect(place, { status: 303, headers: personalHeaders(setCookie) });
  } catch (error) {
    const { status, message, retryAfter } = notNow("POST /import", error);
    return Response.json({ problems: [message] }, { status, headers: retryHeaders(retryAfter) });
  }
}

export default function Import() {
  const data = useLoaderData<ImportData>();
  const refused = useActionData<ImportProblems>();
  if ("unavailable" in data) return <Unavailable title="Import" message={data.unavailable} />;
  return (
    <Frame account={<SignedIn email={data.email} isAdmin={data.isAdmin} />}>
      <div className="settings">
        <h1>Import</h1>
        <ImportForm problems={refused?.problems ?? []} />
      </div>
    </Frame>
  );
}
