import { Link } from "@remix-run/react";
import { withRedirectTo } from "#app/auth/session/redirect-to.ts";
import type { RefusedForm } from "#app/auth/stack-form.server.ts";
import { EmailField, Field, FormError } from "#app/components/field.tsx";

/** How far somebody is who signs in by e-mail. */
export type MagicLinkStep =
  | { is: "address wanted" }
  /** A mail was sent, and its code may be typed here. */
  | { is: "sent"; email: string }
  /** The page was opened by the mail's link. */
  | { is: "link opened" };

interface MagicLinkFormProps {
  step: MagicLinkStep;
  /** Where to go afterwards; already known to be a path of this site. */
  redirectTo: string;
  refused: RefusedForm | undefined;
}

/** What somebody does next who signs in by e-mail. */
export function MagicLinkForm({ step, ...props }: MagicLinkFormProps) {
  switch (step.is) {
    case "address wanted":
      return <AddressForm {...props} />;
    case "sent":
      return <CodeForm email={step.email} {...props} />;
    case "link opened":
      return <LinkForm {...props} />;
  }
}

type FormProps = Omit<MagicLinkFormProps, "step">;

function AddressForm({ redirectTo, refused }: FormProps) {
  return (
    <form method="post" action={withRedirectTo("/magic-link", redirectTo)} noValidate className="credentials">
      <h1>Sign in by e-mail</h1>
      <p>We mail you a link, and a code, that sign you in without a password.</p>
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
        <h1>Sign in by e-mail</h1>
        <output className="notice">
          A mail to {email} is on its way. Open its link, or type its code here.
        </output>
        <FormError message={errors.form} />
        <Field
          label="Code"
          hint="Six letters and digits"
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
        No mail within a few minutes? Look among the spam, or send a new one.
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
      {/* Without an action: it goes to the page's own URL, which is the only place that has the code. */}
      <form method="post" noValidate className="credentials">
        <h1>Sign in</h1>
        <FormError message={refused?.errors.form} />
        <p>You opened the link of our mail. One more step, and you are signed in.</p>
        <button type="submit" className="primary">
          Sign in
        </button>
      </form>
      <p className="aside">
        Does the link not work? <Link to={withRedirectTo("/magic-link", redirectTo)}>Send a new link</Link>
      </p>
    </>
  );
}
