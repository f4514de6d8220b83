import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import { withRedirectTo } from "#app/auth/session/redirect-to.ts";
import type { RefusedForm } from "#app/auth/stack-form.server.ts";
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

const title = "Confirm your e-mail address";
const heldBack = "Your account is held back";

const done = {
  sent: "The mail is on its way once more. If none comes within a few minutes, look among the spam.",
  confirmed: "The e-mail address is confirmed.",
  used: "This link was used before: its e-mail address is confirmed.",
  verified: "Your e-mail address is confirmed already.",
};

export const meta: MetaFunction<() => Promise<EmailVerification>> = ({ data }) => [
  { title: `${data ? titleOf(data) : title} · Todos` },
];

export const headers = documentHeaders;

export function loader({ request }: LoaderFunctionArgs) {
  return readEmailVerification(request);
}

export function action({ request }: ActionFunctionArgs) {
  return answerEmailVerification(request);
}

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
      return data.isConfirmed ? `${title}: done` : `${title}: link needed`;
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
          <Link to={withRedirectTo("/verify-email", redirectTo)}>Have a new link sent</Link>
        </>
      ) : (
        <>
          <p>Press the button to confirm that this e-mail address is yours.</p>
          <OwnUrlForm button="Confirm the address" error={errors.form} />
        </>
      );
    case "signed out":
      return (
        <>
          {data.isConfirmed ? null : (
            <p>
              To confirm an e-mail address, open the link that was mailed to it. Sign in to have a new link
              sent.
            </p>
          )}
          <Link
            className="button primary"
            to={withRedirectTo(
              "/sign-in",
              data.isConfirmed ? redirectTo : withRedirectTo("/verify-email", redirectTo),
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
              Your e-mail address <strong>{data.email}</strong> is not confirmed yet. Open the link in the
              mail that was sent to it, or have the mail sent again.
              {data.isRestricted ? " The list opens when the address is confirmed." : null}
            </p>
          ) : (
            <p>Your account has no e-mail address to confirm. Tell the people who run the site.</p>
          )}
          {data.email ? <OwnUrlForm button="Send it again" error={errors.form} /> : null}
          {data.isRestricted ? null : <a href={redirectTo}>Not now</a>}
        </>
      );
    case "held back":
      return (
        <p>
          An administrator of this site has to release it before you can go on. Ask the people who run the
          site.
        </p>
      );
    case "verified":
      return (
        <a className="button primary" href={redirectTo}>
          Go on
        </a>
      );
  }
}

/** A form without an action: it goes to the page's own URL, which is the only place that has a code. */
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
