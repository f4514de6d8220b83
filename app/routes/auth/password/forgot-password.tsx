import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { turnedOff } from "#app/auth/forms/turned-off.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { redirectToOf, withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { Done } from "#app/components/done.tsx";
import { EmailField, FormError } from "#app/components/field.tsx";
import { Frame } from "#app/components/frame.tsx";
import { documentHeaders, personalHeaders } from "#app/http/headers.ts";
import { TurnedOff } from "#app/routes/auth/turned-off.tsx";
import { answerForgotPassword } from "./password-reset.server.ts";

type Data = { redirectTo: string; isOffered: boolean };

export const meta: MetaFunction = ({ location }) => [
  {
    title: location.search.includes("done=sent")
      ? "Forgot password: email sent · Todos"
      : "Forgot password · Todos",
  },
];

export const headers = documentHeaders;

export async function loader({ request }: LoaderFunctionArgs) {
  const { passwords: isOffered } = await authProvider().offers();
  const data: Data = { redirectTo: redirectToOf(request), isOffered };
  return Response.json(data, { headers: personalHeaders() });
}

export const action = answerForgotPassword;

export default function ForgotPassword() {
  const { redirectTo, isOffered } = useLoaderData<Data>();
  const refused = useActionData<RefusedForm>();
  if (!isOffered) {
    return (
      <Frame>
        <TurnedOff title="Forgot password?" why={turnedOff.passwords} redirectTo={redirectTo} />
      </Frame>
    );
  }
  return (
    <Frame>
      <form
        method="post"
        action={withRedirectTo("/forgot-password", redirectTo)}
        noValidate
        className="credentials"
      >
        <h1>Forgot password?</h1>
        <Done
          sentences={{
            sent: "If this address has an account, an email is on its way. If it doesn't arrive within a few minutes, check your spam folder or try again.",
          }}
        />
        <p>We'll email you a link to set a new password.</p>
        <FormError message={refused?.errors.form} />
        <EmailField refused={refused} />
        <button type="submit" className="primary">
          Send the link
        </button>
      </form>
      <p className="aside">
        <Link to={withRedirectTo("/sign-in", redirectTo)}>Back to sign in</Link>
      </p>
    </Frame>
  );
}
