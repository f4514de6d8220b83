import { Link } from "@remix-run/react";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { turnedOff } from "#app/auth/forms/turned-off.ts";
import { withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { EmailField, Field, FormError } from "#app/components/field.tsx";
import { TurnedOff } from "#app/routes/auth/turned-off.tsx";

export type MagicLinkStep =
  | { is: "turned off" }
  | { is: "address wanted" }
  | { is: "sent"; email: string }
  | { is: "link opened" };

interface FormProps {
  redirectTo: string;
  refused: RefusedForm | undefined;
}

export function MagicLinkForm({ step, ...props }: FormProps & { step: MagicLinkStep }) {
  switch (step.is) {
    case "turned off":
      return <TurnedOff title="Sign in by email" why={turnedOff.magicLinks} redirectTo={props.redirectTo} />;
    case "address wanted":
      return <AddressForm {...props} />;
    case "sent":
      return <CodeForm email={step.email} {...props} />;
    case "link opened":
      return <LinkForm {...props} />;
  }
}

function AddressForm({ redirectTo, refused }: FormProps) {
  return (
    <form method="post" action={withRedirectTo("/magic-link", redirectTo)} noValidate className="credentials">
      <h1>Sign in by email</h1>
      <p>We'll email you a link and a code. Either one signs you in without a password.</p>
      <FormError message={refused?.errors.form} />
      <EmailField refused={refused} />
      <button type="submit" className="primary">
        Send the link
      </button>
    </form>
  );
}

function CodeForm({ email, redirectTo, refused }: FormProps & { email: string }) {
  const { errors = {} } = refused ?? {};
  return (
    <>
      <form
        method="post"
        action={withRedirectTo("/magic-link?done=sent", redirectTo)}
        noValidate
        className="credentials"
      >
        <h1>Sign in by email</h1>
        <output className="notice">
          We sent an email to {email}. Open its link, or enter its code here.
        </output>
        <FormError message={errors.form} />
        <Field
          label="Code"
          hint="6 letters and digits"
          name="code"
          autoComplete="one-time-code"
          inputMode="text"
          autoCapitalize="characters"
          error={errors.code}
        />
        <button type="submit" className="primary">
          Sign in
        </button>
      </form>
      <form method="post" action={withRedirectTo("/magic-link", redirectTo)} className="aside">
        <input type="hidden" name="email" value={email} />
        No email after a few minutes? Check your spam folder, or send a new one.
        <span className="actions">
          <button type="submit">Send again</button>
          <Link className="button" to={withRedirectTo("/magic-link", redirectTo)}>
            Use another address
          </Link>
        </span>
      </form>
    </>
  );
}

function LinkForm({ redirectTo, refused }: FormProps) {
  return (
    <>
      {/* No action: only this page's own URL has the code. */}
      <form method="post" noValidate className="credentials">
        <h1>Sign in</h1>
        <FormError message={refused?.errors.form} />
        <p>You opened the link in our email. One more step, and you're signed in.</p>
        <button type="submit" className="primary">
          Sign in
        </button>
      </form>
      <p className="aside">
        Link not working? <Link to={withRedirectTo("/magic-link", redirectTo)}>Send a new link</Link>
      </p>
    </>
  );
}
