import { type ActionFunctionArgs, redirect } from "@remix-run/node";
import { endSession, revokeSession } from "#app/auth/session/session.server.ts";
import { personalHeaders } from "#app/http/headers.ts";

export function loader() {
  return redirect("/", { status: 303, headers: personalHeaders() });
}

export async function action({ request }: ActionFunctionArgs) {
  await revokeSession(request);
  return redirect("/", { status: 303, headers: personalHeaders(await endSession()) });
}
