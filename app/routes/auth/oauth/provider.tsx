import { type LoaderFunctionArgs, type MetaFunction, redirect } from "@remix-run/node";
import { authProvider } from "#app/auth/provider.server.ts";
import { redirectToOf } from "#app/auth/session/redirect-to.ts";
import { readSessionIfPossible } from "#app/auth/session/signed-out-only.server.ts";
import { DeadEnd } from "#app/components/dead-end.tsx";
import { Frame } from "#app/components/frame.tsx";
import { documentHeaders, personalHeaders } from "#app/http/headers.ts";
import { keepFlow, newFlow } from "./flows.server.ts";
import { backToSignIn } from "./problems.server.ts";

export const meta: MetaFunction = () => [{ title: "Not found · Todos" }];

export const headers = documentHeaders;

export async function loader({ request, params }: LoaderFunctionArgs) {
  const redirectTo = redirectToOf(request);
  const { session, setCookie } = await readSessionIfPossible(request);
  const headers = personalHeaders(setCookie);
  if (session) return redirect(redirectTo, { status: 303, headers });

  const { isKnown, providers } = await authProvider().offers();
  if (!isKnown) return backToSignIn("unavailable", redirectTo);
  const provider = providers.find(({ id }) => id === params.provider);
  if (!provider) return Response.json(null, { status: 404, headers });

  const flow = newFlow(provider.id, redirectTo);
  for (const cookie of await keepFlow(request, flow)) headers.append("Set-Cookie", cookie);
  return redirect(await authProvider().authorizeUrl(flow), { status: 303, headers });
}

/** Only for a provider that is not enabled. */
export default function NoSuchProvider() {
  return (
    <Frame>
      <DeadEnd title="Not found" message="You can't sign in this way here." />
    </Frame>
  );
}
