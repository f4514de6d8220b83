import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { hasMailedCode } from "#app/auth/forms/mailed-codes.server.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { type SignedOutData, signedOutOnly } from "#app/auth/session/signed-out-only.server.ts";
import { AccountDeleted } from "#app/components/account-deleted.tsx";
import { Frame } from "#app/components/frame.tsx";
import { readForm } from "#app/http/form.server.ts";
import { documentHeaders } from "#app/http/headers.ts";
import { answerMailedLink, answerSendLink, answerTypedCode, readSent } from "./magic-link.server.ts";
import { MagicLinkForm, type MagicLinkStep } from "./magic-link-form.tsx";

type MagicLinkData = SignedOutData & { step: MagicLinkStep };

const titles: Record<MagicLinkStep["is"], string> = {
  "turned off": "Sign in by email: turned off",
  "address wanted": "Sign in by email",
  sent: "Sign in by email: email sent",
  "link opened": "Sign in by email: link opened",
};

export const meta: MetaFunction<() => Promise<MagicLinkData>> = ({ data }) => [
  { title: `${titles[data?.step.is ?? "address wanted"]} · Todos` },
];

export const headers = documentHeaders;

/** Does not use the code up: mail scanners open links too. */
export function loader({ request }: LoaderFunctionArgs) {
  return signedOutOnly(request, async () => ({ step: await stepOf(request) }));
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
      {step.is === "turned off" ? null : (
        <p className="aside">
          <Link to={withRedirectTo("/sign-in", redirectTo)}>Sign in another way</Link>
        </p>
      )}
    </Frame>
  );
}

async function stepOf(request: Request): Promise<MagicLinkStep> {
  if (hasMailedCode(request)) return { is: "link opened" };
  const email = (await readSent(request))?.email;
  const isSent = new URL(request.url).searchParams.get("done") === "sent";
  if (isSent && email !== undefined) return { is: "sent", email };
  return { is: (await authProvider().offers()).magicLinks ? "address wanted" : "turned off" };
}
