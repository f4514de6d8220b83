import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import { redirectToOf, withRedirectTo } from "#app/auth/session/redirect-to.ts";
import type { RefusedForm } from "#app/auth/stack-form.server.ts";
import { Done } from "#app/components/done.tsx";
import { EmailField, FormError } from "#app/components/field.tsx";
import { Frame } from "#app/components/frame.tsx";
import { documentHeaders, personalHeaders } from "#app/http/headers.ts";
import { answerForgotPassword } from "./password-reset.server.ts";

interface ForgotPasswordData {
  /** Where to go after a sign-in: a path of this site. */
  redirectTo: string;
}

export const meta: MetaFunction = ({ location }) => [
  {
    title: location.search.includes("done=sent")
      ? "Forgot password: mail sent · Todos"
      : "Forgot password · Todos",
  },
];

export const headers = documentHeaders;

export function loader({ request }: LoaderFunctionArgs) {
  const data: ForgotPasswordData = { redirectTo: redirectToOf(request) };
  return Response.json(data, { headers: personalHeaders() });
}

export function action({ request }: ActionFunctionArgs) {
  return answerForgotPassword(request);
}

export default function ForgotPassword() {
  const { redirectTo } = useLoaderData<ForgotPasswordData>();
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
            sent: "If there is an account with this address, a mail is on its way. If none comes within a few minutes, look among the spam, then try again, or try another address of yours.",
          }}
        />
        <p>We mail you a link with which you set a new password.</p>
        <FormError message={refused?.errors.form} />
        <EmailField refused={refused} />
        <button type="submit" className="primary">
          Send the link
        </button>
      </form>
      <p className="aside">
        <Link to={withRedirectTo("/sign-in", redirectTo)}>Back to the sign-in</Link>
      </p>
    </Frame>
  );
}
