import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { redirectToOf, withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { Done } from "#app/components/done.tsx";
import { EmailField, FormError } from "#app/components/field.tsx";
import { Frame } from "#app/components/frame.tsx";
import { documentHeaders, personalHeaders } from "#app/http/headers.ts";
import { answerForgotPassword } from "./password-reset.server.ts";

type Data = { redirectTo: string };

export const meta: MetaFunction = ({ location }) => [
  {
    title: location.search.includes("done=sent")
      ? "Forgot password: email sent · Todos"
      : "Forgot password · Todos",
  },
];

export const headers = documentHeaders;

export function loader({ request }: LoaderFunctionArgs) {
  const data: Data = { redirectTo: redirectToOf(request) };
  return Response.json(data, { headers: personalHeaders() });
}

export const action = answerForgotPassword;

export default function ForgotPassword() {
  const { redirectTo } = useLoaderData<Data>();
  const refused = useActionData<RefusedForm>();
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
