import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import { withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { type SignedOutData, signedOutOnly } from "#app/auth/session/signed-out-only.server.ts";
import { isWrongPassword } from "#app/auth/stack/passwords.server.ts";
import { signIn } from "#app/auth/stack/sign-in.server.ts";
import type { RefusedForm } from "#app/auth/stack-form.server.ts";
import { AccountDeleted } from "#app/components/account-deleted.tsx";
import { Done } from "#app/components/done.tsx";
import { FormError } from "#app/components/field.tsx";
import { Frame } from "#app/components/frame.tsx";
import { documentHeaders } from "#app/http/headers.ts";
import { countingWrongPasswords } from "#app/limits/limits.server.ts";
import { refreshProfile } from "#app/profiles/refresh-profile.server.ts";
import { ProviderLinks } from "#app/routes/auth/oauth/provider-links.tsx";
import { answerCredentials } from "./credentials.server.ts";
import { CredentialsForm } from "./credentials-form.tsx";

export const meta: MetaFunction = () => [{ title: "Sign in · Todos" }];

export const headers = documentHeaders;

export function loader({ request }: LoaderFunctionArgs) {
  return signedOutOnly(request);
}

export function action({ request }: ActionFunctionArgs) {
  return answerCredentials(
    request,
    (credentials) => countingWrongPasswords(credentials.email, () => signIn(credentials), isWrongPassword),
    refreshProfile,
  );
}

export default function SignIn() {
  const { redirectTo, wasDeleted, providers, magicLinks, problem } = useLoaderData<SignedOutData>();
  return (
    <Frame>
      {wasDeleted ? <AccountDeleted /> : null}
      <FormError message={problem} />
      <Done
        sentences={{
          "password-reset":
            "The new password is set, and you are signed out everywhere. Sign in with the new password.",
        }}
      />
      <CredentialsForm title="Sign in" redirectTo={redirectTo} refused={useActionData<RefusedForm>()} />
      <ProviderLinks providers={providers} redirectTo={redirectTo} />
      <p className="aside">
        <Link to={withRedirectTo("/forgot-password", redirectTo)}>Forgot password?</Link>
      </p>
      {magicLinks ? (
        <p className="aside">
          <Link to={withRedirectTo("/magic-link", redirectTo)}>Sign in by e-mail, without a password</Link>
        </p>
      ) : null}
      <p className="aside">
        New here? <Link to={withRedirectTo("/sign-up", redirectTo)}>Sign up</Link>
      </p>
    </Frame>
  );
}
