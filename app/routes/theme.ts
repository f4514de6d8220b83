import { type ActionFunctionArgs, redirect } from "@remix-run/node";
import { z } from "zod";
import { safeRedirectTo } from "#app/auth/session/redirect-to.ts";
import { themes } from "#app/document/theme.ts";
import { rememberTheme } from "#app/document/theme-cookie.server.ts";
import { readForm } from "#app/http/form.server.ts";
import { personalHeaders } from "#app/http/headers.ts";

const fields = z.object({ theme: z.enum(themes), redirectTo: z.string().optional() });

export function loader() {
  return redirect("/", { status: 303, headers: personalHeaders() });
}

export async function action({ request }: ActionFunctionArgs) {
  const { data } = fields.safeParse(Object.fromEntries((await readForm(request)) ?? []));
  if (!data) {
    const headers = personalHeaders();
    headers.set("Content-Type", "text/plain; charset=utf-8");
    return new Response("Choose one of the themes: system, light or dark.\n", { status: 400, headers });
  }
  const headers = personalHeaders(await rememberTheme(data.theme));
  return redirect(safeRedirectTo(data.redirectTo), { status: 303, headers });
}
