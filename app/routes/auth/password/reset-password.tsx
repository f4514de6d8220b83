import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { hasMailedCode } from "#app/auth/forms/mailed-codes.server.ts";
import { redirectToOf, withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { Field, FormError } from "#app/components/field.tsx";
import { Frame } from "#app/components/frame.tsx";
import { documentHeaders, personalHeaders } from "#app/http/headers.ts";
import { answerResetPassword } from "./password-reset.server.ts";

type Data = { redirectTo: string; hasCode: boolean };

export const meta: MetaFunction<() => Promise<Data>> = ({ data }) => [
  { title: data?.hasCode ? "Set a new password · Todos" : "Set a new password: link needed · Todos" },
];

export const headers = documentHeaders;

/** Does not use the code up: mail scanners open links too. */
export function loader({ request }: LoaderFunctionArgs) {
  const data: Data = { redirectTo: redirectToOf(request), hasCode: hasMailedCode(request) };
  return Response.json(data, { headers: personalHeaders() });
}

export const action = answerResetPassword;

export default function ResetPassword() {
  const { redirectTo, hasCode } = useLoaderData<Data>();
  const { errors = {} } = useActionData<RefusedForm>() ?? {};
  const forgotPassword = withRedirectTo("/forgot-password", redirectTo);
  if (!hasCode) {
    return (
      <Frame>
        <section className="credentials">
          <h1>Set a new password</h1>
          <p>
            To set a new password, open the link in our email. <Link to={forgotPassword}>Send a link</Link>
          </p>
        </section>
      </Frame>
    );
  }
  return (
    <Frame>
      {/* No action: only this page's own URL has the code. */}
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
        Link not working? <Link to={forgotPassword}>Send a new link</Link>
      </p>
    </Frame>
  );
}
