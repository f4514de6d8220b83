import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { hasMailedCode } from "#app/auth/forms/mailed-codes.server.ts";
import { turnedOff } from "#app/auth/forms/turned-off.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { redirectToOf, withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { Field, FormError } from "#app/components/field.tsx";
import { Frame } from "#app/components/frame.tsx";
import { documentHeaders, personalHeaders } from "#app/http/headers.ts";
import { TurnedOff } from "#app/routes/auth/turned-off.tsx";
import { answerResetPassword } from "./password-reset.server.ts";

type Data = { redirectTo: string; hasCode: boolean; isOffered: boolean };

export const meta: MetaFunction<() => Promise<Data>> = ({ data }) => [
  { title: data?.hasCode ? "Set a new password · Todos" : "Set a new password: link needed · Todos" },
];

export const headers = documentHeaders;

/** Does not use the code up: mail scanners open links too. */
export async function loader({ request }: LoaderFunctionArgs) {
  const { passwords: isOffered } = await authProvider().offers();
  const data: Data = { redirectTo: redirectToOf(request), hasCode: hasMailedCode(request), isOffered };
  return Response.json(data, { headers: personalHeaders() });
}

export const action = answerResetPassword;

export default function ResetPassword() {
  const { redirectTo, hasCode, isOffered } = useLoaderData<Data>();
  const { errors = {} } = useActionData<RefusedForm>() ?? {};
  const forgotPassword = withRedirectTo("/forgot-password", redirectTo);
  if (!isOffered) {
    return (
      <Frame>
        <TurnedOff title="Set a new password" why={turnedOff.passwords} redirectTo={redirectTo} />
      </Frame>
    );
  }
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
