import type { MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { Done } from "#app/components/done.tsx";
import { FormError } from "#app/components/field.tsx";
import { Frame } from "#app/components/frame.tsx";
import { SignedIn } from "#app/components/signed-in.tsx";
import { Unavailable } from "#app/components/unavailable.tsx";
import { documentHeaders } from "#app/http/headers.ts";
import {
  answerEmailVerification,
  type EmailVerification,
  readEmailVerification,
} from "./email-verification.server.ts";

const title = "Verify your email address";
const heldBack = "Your account is on hold";

const done = {
  sent: "We sent the email again. If it doesn't arrive within a few minutes, check your spam folder.",
  confirmed: "Your email address is verified.",
  used: "This link has already been used. Its email address is verified.",
  verified: "Your email address is already verified.",
};

export const meta: MetaFunction<() => Promise<EmailVerification>> = ({ data }) => [
  { title: `${data ? titleOf(data) : title} · Todos` },
];

export const headers = documentHeaders;

export const loader = readEmailVerification;

export const action = answerEmailVerification;

export default function VerifyEmail() {
  const data = useLoaderData<EmailVerification>();
  if (data.view === "unavailable") return <Unavailable title={title} message={data.message} />;
  const isHeldBack = data.view === "held back";
  const isRestricted = isHeldBack || (data.view === "unverified" && data.isRestricted);
  const account =
    "email" in data ? <SignedIn email={data.email} isAdmin={false} isRestricted={isRestricted} /> : null;
  return (
    <Frame account={account}>
      <section className="credentials">
        <h1>{isHeldBack ? heldBack : title}</h1>
        <Done sentences={done} />
        <Content {...data} />
      </section>
    </Frame>
  );
}

function titleOf(data: EmailVerification): string {
  switch (data.view) {
    case "link":
      return `${title}: link opened`;
    case "signed out":
      return data.isVerified ? `${title}: done` : `${title}: link needed`;
    case "unverified":
    case "unavailable":
      return title;
    case "held back":
      return heldBack;
    case "verified":
      return `${title}: done`;
  }
}

function Content(data: Exclude<EmailVerification, { view: "unavailable" }>) {
  const { redirectTo } = data;
  const { errors = {} } = useActionData<RefusedForm>() ?? {};
  switch (data.view) {
    case "link":
      return errors.code ? (
        <>
          <FormError message={errors.code} />
          <Link to={withRedirectTo("/verify-email", redirectTo)}>Send a new link</Link>
        </>
      ) : (
        <>
          <p>Press the button to verify that this email address is yours.</p>
          <OwnUrlForm button="Verify the address" error={errors.form} />
        </>
      );
    case "signed out":
      return (
        <>
          {data.isVerified ? null : (
            <p>To verify an email address, open the link that we sent to it. Sign in to get a new link.</p>
          )}
          <Link
            className="button primary"
            to={withRedirectTo(
              "/sign-in",
              data.isVerified ? redirectTo : withRedirectTo("/verify-email", redirectTo),
            )}
          >
            Sign in
          </Link>
        </>
      );
    case "unverified":
      return (
        <>
          {data.email ? (
            <p>
              Your email address <strong>{data.email}</strong> isn't verified yet. Open the link in our email,
              or send the email again.
              {data.isRestricted ? " You can use the list once the address is verified." : null}
            </p>
          ) : (
            <p>Your account has no email address to verify. Tell an administrator.</p>
          )}
          {data.email ? <OwnUrlForm button="Send it again" error={errors.form} /> : null}
          {data.isRestricted ? null : <a href={redirectTo}>Not now</a>}
        </>
      );
    case "held back":
      return <p>An administrator has to release it before you can continue.</p>;
    case "verified":
      return (
        <a className="button primary" href={redirectTo}>
          Continue
        </a>
      );
  }
}

/** No action: only this page's own URL has the code. */
function OwnUrlForm({ button, error }: { button: string; error: string | undefined }) {
  return (
    <form method="post">
      <FormError message={error} />
      <button type="submit" className="primary">
        {button}
      </button>
    </form>
  );
}
