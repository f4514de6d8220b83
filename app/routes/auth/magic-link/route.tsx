import {
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
  redirect,
} from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import { hasMailedCode } from "#app/auth/mailed-codes.server.ts";
import { redirectToOf, withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { readSessionIfPossible } from "#app/auth/session/signed-out-only.server.ts";
import type { RefusedForm } from "#app/auth/stack-form.server.ts";
import { AccountDeleted } from "#app/components/account-deleted.tsx";
import { Frame } from "#app/components/frame.tsx";
import { readForm } from "#app/http/form.server.ts";
import { documentHeaders, personalHeaders } from "#app/http/headers.ts";
import { answerMailedLink, answerSendLink, answerTypedCode, sentTo } from "./magic-link.server.ts";
import { MagicLinkForm, type MagicLinkStep } from "./magic-link-form.tsx";

interface MagicLinkData {
  /** Where to go after the sign-in: a path of this site. */
  redirectTo: string;
  /** Whoever was signed in here a moment ago was deleted. */
  wasDeleted: boolean;
  step: MagicLinkStep;
}

const titles: Record<MagicLinkStep["is"], string> = {
  "address wanted": "Sign in by e-mail",
  sent: "Sign in by e-mail: mail sent",
  "link opened": "Sign in by the mailed link",
};

export const meta: MetaFunction<() => Promise<MagicLinkData>> = ({ data }) => [
  { title: `${titles[data?.step.is ?? "address wanted"]} · Todos` },
];

export const headers = documentHeaders;

/** Leaves the code alone: mail scanners open links too. */
export async function loader({ request }: LoaderFunctionArgs) {
  const redirectTo = redirectToOf(request);
  const { session, setCookie, wasDeleted = false } = await readSessionIfPossible(request);
  const headers = personalHeaders(setCookie);
  if (session) return redirect(redirectTo, { status: 303, headers });
  const data: MagicLinkData = { redirectTo, wasDeleted, step: await stepOf(request) };
  return Response.json(data, { headers });
}

export async function action({ request }: ActionFunctionArgs) {
  const form = await readForm(request);
  if (form?.has("code")) return answerTypedCode(request, form);
  return hasMailedCode(request) ? answerMailedLink(request, form) : answerSendLink(request, form);
}

export default function MagicLink() {
  const { redirectTo, wasDeleted, step } = useLoaderData<MagicLinkData>();
  return (
    <Frame>
      {wasDeleted ? <AccountDeleted /> : null}
      <MagicLinkForm step={step} redirectTo={redirectTo} refused={useActionData<RefusedForm>()} />
      <p className="aside">
        <Link to={withRedirectTo("/sign-in", redirectTo)}>Sign in with a password</Link>
      </p>
    </Frame>
  );
}

async function stepOf(request: Request): Promise<MagicLinkStep> {
  if (hasMailedCode(request)) return { is: "link opened" };
  const email = await sentTo(request);
  const isSent = new URL(request.url).searchParams.get("done") === "sent";
  return isSent && email !== undefined ? { is: "sent", email } : { is: "address wanted" };
}
