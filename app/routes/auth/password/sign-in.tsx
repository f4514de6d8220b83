import type { ActionFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { turnedOff } from "#app/auth/forms/turned-off.ts";
import { isWrongPassword } from "#app/auth/provider/errors.server.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { AccountDeleted } from "#app/components/account-deleted.tsx";
import { Done } from "#app/components/done.tsx";
import { FormError } from "#app/components/field.tsx";
import { Frame } from "#app/components/frame.tsx";
import { documentHeaders } from "#app/http/headers.ts";
import { countingWrongPasswords } from "#app/limits/limits.server.ts";
import { refreshProfile } from "#app/profiles/refresh-profile.server.ts";
import { ProviderLinks } from "#app/routes/auth/oauth/provider-links.tsx";
import { answerCredentials, type CredentialsData, readCredentialsPage } from "./credentials.server.ts";
import { CredentialsForm } from "./credentials-form.tsx";

export const meta: MetaFunction = () => [{ title: "Sign in · Todos" }];

export const headers = documentHeaders;

export const loader = readCredentialsPage;

export function action({ request }: ActionFunctionArgs) {
  return answerCredentials(
    request,
    (credentials) =>
      countingWrongPasswords(credentials.email, () => authProvider().signIn(credentials), isWrongPassword),
    refreshProfile,
  );
}

export default function SignIn() {
  const { redirectTo, wasDeleted, providers, magicLinks, passwords, signUp, problem } =
    useLoaderData<CredentialsData>();
  const refused = useActionData<RefusedForm>();
  return (
    <Frame>
      {wasDeleted ? <AccountDeleted /> : null}
      <FormError message={problem} />
      <Done
        sentences={{
          "password-reset": "Your password was changed, and you were signed out everywhere. Sign in again.",
        }}
      />
      {passwords ? (
        <CredentialsForm title="Sign in" redirectTo={redirectTo} refused={refused} />
      ) : (
        <section className="credentials">
          <h1>Sign in</h1>
          <FormError message={refused?.errors.form} />
          {magicLinks || providers.length > 0 ? null : <p>{turnedOff.everything}</p>}
        </section>
      )}
      <ProviderLinks providers={providers} redirectTo={redirectTo} />
      {passwords ? (
        <p className="aside">
          <Link to={withRedirectTo("/forgot-password", redirectTo)}>Forgot password?</Link>
        </p>
      ) : null}
      {magicLinks ? (
        <p className="aside">
          <Link to={withRedirectTo("/magic-link", redirectTo)}>Sign in by email, without a password</Link>
        </p>
      ) : null}
      {signUp ? (
        <p className="aside">
          New here? <Link to={withRedirectTo("/sign-up", redirectTo)}>Sign up</Link>
        </p>
      ) : null}
    </Frame>
  );
}
