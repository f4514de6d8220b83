import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import { callbackUrl } from "#app/auth/mailed-codes.server.ts";
import { redirectToOf, withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { type SignedOutData, signedOutOnly } from "#app/auth/session/signed-out-only.server.ts";
import { signUp } from "#app/auth/stack/sign-in.server.ts";
import type { RefusedForm } from "#app/auth/stack-form.server.ts";
import { AccountDeleted } from "#app/components/account-deleted.tsx";
import { Frame } from "#app/components/frame.tsx";
import { documentHeaders } from "#app/http/headers.ts";
import { untilNameArrives, untilProfileArrives } from "#app/profiles/arrival.server.ts";
import { ProviderLinks } from "#app/routes/auth/oauth/provider-links.tsx";
import { answerCredentials } from "./credentials.server.ts";
import { CredentialsForm } from "./credentials-form.tsx";

export const meta: MetaFunction = () => [{ title: "Sign up · Todos" }];

export const headers = documentHeaders;

export function loader({ request }: LoaderFunctionArgs) {
  return signedOutOnly(request);
}

export function action({ request }: ActionFunctionArgs) {
  const verificationUrl = callbackUrl("/verify-email", redirectToOf(request));
  return answerCredentials(
    request,
    (credentials) => signUp(credentials, verificationUrl),
    (token, name) => (name ? untilNameArrives(token.userId, name) : untilProfileArrives(token)),
  );
}

export default function SignUp() {
  const { redirectTo, wasDeleted, providers } = useLoaderData<SignedOutData>();
  return (
    <Frame>
      {wasDeleted ? <AccountDeleted /> : null}
      <CredentialsForm title="Sign up" redirectTo={redirectTo} refused={useActionData<RefusedForm>()} />
      <ProviderLinks providers={providers} redirectTo={redirectTo} />
      <p className="aside">
        Already have an account? <Link to={withRedirectTo("/sign-in", redirectTo)}>Sign in</Link>
      </p>
    </Frame>
  );
}
