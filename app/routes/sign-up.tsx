import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import { answerCredentials, type RefusedCredentials } from "#app/auth/credentials.server.ts";
import { signedOutOnly } from "#app/auth/signed-out-only.server.ts";
import { signUp } from "#app/auth/stack.server.ts";
import { CredentialsForm } from "#app/components/credentials-form.tsx";
import { Frame } from "#app/components/frame.tsx";
import { documentHeaders } from "#app/http/headers.ts";

export const meta: MetaFunction = () => [{ title: "Sign up · Todos" }];

export const headers = documentHeaders;

export function loader({ request }: LoaderFunctionArgs) {
  return signedOutOnly(request);
}

export function action({ request }: ActionFunctionArgs) {
  return answerCredentials(request, signUp);
}

export default function SignUp() {
  const { redirectTo } = useLoaderData<{ redirectTo: string }>();
  return (
    <Frame>
      <CredentialsForm
        title="Sign up"
        redirectTo={redirectTo}
        refused={useActionData<RefusedCredentials>()}
      />
      <p className="aside">
        Already have an account?{" "}
        <Link to={`/sign-in?redirectTo=${encodeURIComponent(redirectTo)}`}>Sign in</Link>
      </p>
    </Frame>
  );
}
