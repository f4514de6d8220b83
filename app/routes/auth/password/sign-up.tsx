import type { ActionFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { callbackUrl } from "#app/auth/forms/mailed-codes.server.ts";
import { turnedOff } from "#app/auth/forms/turned-off.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { redirectToOf, withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { AccountDeleted } from "#app/components/account-deleted.tsx";
import { FormError } from "#app/components/field.tsx";
import { Frame } from "#app/components/frame.tsx";
import { documentHeaders } from "#app/http/headers.ts";
import { untilNameArrives, untilProfileArrives } from "#app/profiles/arrival.server.ts";
import { ProviderLinks } from "#app/routes/auth/oauth/provider-links.tsx";
import { TurnedOff } from "#app/routes/auth/turned-off.tsx";
import { answerCredentials, type CredentialsData, readCredentialsPage } from "./credentials.server.ts";
import { CredentialsForm } from "./credentials-form.tsx";

export const meta: MetaFunction = () => [{ title: "Sign up · Todos" }];

export const headers = documentHeaders;

export const loader = readCredentialsPage;

export function action({ request }: ActionFunctionArgs) {
  const verificationUrl = callbackUrl("/verify-email", redirectToOf(request));
  return answerCredentials(
    request,
    (credentials) => authProvider().signUp(credentials, verificationUrl),
    (token, name) => (name ? untilNameArrives(token.userId, name) : untilProfileArrives(token)),
  );
}

export default function SignUp() {
  const { redirectTo, wasDeleted, providers, magicLinks, passwords, signUp } =
    useLoaderData<CredentialsData>();
  const refused = useActionData<RefusedForm>();
  if (!signUp) {
    return (
      <Frame>
        {wasDeleted ? <AccountDeleted /> : null}
        <TurnedOff title="Sign up" why={turnedOff.signUp} redirectTo={redirectTo} />
      </Frame>
    );
  }
  return (
    <Frame>
      {wasDeleted ? <AccountDeleted /> : null}
      {passwords ? (
        <CredentialsForm title="Sign up" redirectTo={redirectTo} refused={refused} />
      ) : (
        <section className="credentials">
          <h1>Sign up</h1>
          <FormError message={refused?.errors.form} />
        </section>
      )}
      <ProviderLinks providers={providers} redirectTo={redirectTo} />
      {passwords || !magicLinks ? null : (
        <p className="aside">
          <Link to={withRedirectTo("/magic-link", redirectTo)}>Sign up by email, without a password</Link>
        </p>
      )}
      <p className="aside">
        Already have an account? <Link to={withRedirectTo("/sign-in", redirectTo)}>Sign in</Link>
      </p>
    </Frame>
  );
}
