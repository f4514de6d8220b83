import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import { hasMailedCode } from "#app/auth/mailed-codes.server.ts";
import { redirectToOf, withRedirectTo } from "#app/auth/session/redirect-to.ts";
import type { RefusedForm } from "#app/auth/stack-form.server.ts";
import { Field, FormError } from "#app/components/field.tsx";
import { Frame } from "#app/components/frame.tsx";
import { documentHeaders, personalHeaders } from "#app/http/headers.ts";
import { answerResetPassword } from "./password-reset.server.ts";

interface ResetPasswordData {
  /** Where to go after a sign-in: a path of this site. */
  redirectTo: string;
  /** Whether the page was opened by a mail's link. */
  hasCode: boolean;
}

export const meta: MetaFunction<() => Promise<ResetPasswordData>> = ({ data }) => [
  { title: data?.hasCode ? "Set a new password · Todos" : "Set a new password: link needed · Todos" },
];

export const headers = documentHeaders;

/** Leaves the code alone: mail scanners open links too. */
export function loader({ request }: LoaderFunctionArgs) {
  const data: ResetPasswordData = { redirectTo: redirectToOf(request), hasCode: hasMailedCode(request) };
  return Response.json(data, { headers: personalHeaders() });
}

export function action({ request }: ActionFunctionArgs) {
  return answerResetPassword(request);
}

export default function ResetPassword() {
  const { redirectTo, hasCode } = useLoaderData<ResetPasswordData>();
  const { errors = {} } = useActionData<RefusedForm>() ?? {};
  const forgotPassword = withRedirectTo("/forgot-password", redirectTo);
  if (!hasCode) {
    return (
      <Frame>
        <section className="credentials">
          <h1>Set a new password</h1>
          <p>
            To set a new password, open the link that we mail you.{" "}
            <Link to={forgotPassword}>Send a link</Link>
          </p>
        </section>
      </Frame>
    );
  }
  return (
    <Frame>
      {/* Without an action: it goes to the page's own URL, which is the only place that has the code. */}
      <form method="post" noValidate className="credentials">
        <h1>Set a new password</h1>
        <FormError message={errors.form} />
        <Field
          label="New password"
          hint="8 to 70 characters"
          name="password"
          type="password"
          autoComplete="new-password"
          error={errors.password}
        />
        <button type="submit" className="primary">
          Set the password
        </button>
      </form>
      <p className="aside">
        Does the link not work? <Link to={forgotPassword}>Send a new link</Link>
      </p>
    </Frame>
  );
}
