import type { ActionFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
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
  const { redirectTo, wasDeleted, providers, magicLinks, problem } = useLoaderData<CredentialsData>();
  return (
    <Frame>
      {wasDeleted ? <AccountDeleted /> : null}
      <FormError message={problem} />
      <Done
        sentences={{
          "password-reset": "Your password was changed, and you were signed out everywhere. Sign in again.",
        }}
      />
      <CredentialsForm title="Sign in" redirectTo={redirectTo} refused={useActionData<RefusedForm>()} />
      <ProviderLinks providers={providers} redirectTo={redirectTo} />
      <p className="aside">
        <Link to={withRedirectTo("/forgot-password", redirectTo)}>Forgot password?</Link>
      </p>
      {magicLinks ? (
        <p className="aside">
          <Link to={withRedirectTo("/magic-link", redirectTo)}>Sign in by email, without a password</Link>
        </p>
      ) : null}
      <p className="aside">
        New here? <Link to={withRedirectTo("/sign-up", redirectTo)}>Sign up</Link>
      </p>
    </Frame>
  );
}
