import { Link, useSearchParams } from "@remix-run/react";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { turnedOff } from "#app/auth/forms/turned-off.ts";
import { Done } from "#app/components/done.tsx";
import { FormError } from "#app/components/field.tsx";
import { ImportForm } from "../import/import-form.tsx";
import type { ShownAccount } from "./account.server.ts";
import { DeleteForm } from "./delete-form.tsx";
import { doneSentences } from "./done-sentences.ts";
import { NameForm } from "./name-form.tsx";
import { PasswordForm } from "./password-form.tsx";

interface AccountPageProps {
  account: ShownAccount;
  refused: RefusedForm | undefined;
}

export function AccountPage({ account, refused }: AccountPageProps) {
  const { email, isEmailVerified, name, hasPassword, passwords, accountDeletion } = account;
  const [search] = useSearchParams();
  const refusedTo = (intent: string) => (refused?.typed.intent === intent ? refused : undefined);
  return (
    <div className="settings">
      <h1>Account</h1>
      <Done sentences={doneSentences(search)} />
      {refused?.typed.intent ? null : <FormError message={refused?.errors.form} />}
      <section>
        <h2>Email address</h2>
        <p className="own-email">{email ?? "Your account has none."}</p>
        {email === null ? null : isEmailVerified ? (
          <p className="hint">Verified</p>
        ) : (
          <p>
            Not verified yet. <Link to="/verify-email">Verify it</Link>
          </p>
        )}
      </section>
      <section>
        <h2>Your name</h2>
        <NameForm name={name} refused={refusedTo("name")} />
      </section>
      {passwords ? (
        <section>
          <h2>Your password</h2>
          <PasswordForm email={email} hasPassword={hasPassword} refused={refusedTo("password")} />
        </section>
      ) : (
        <FormError message={refusedTo("password")?.errors.form} />
      )}
      <section>
        <h2>Other browsers and devices</h2>
        <form method="post" action="/account">
          <p>Ends your sessions in all other browsers within 10 minutes. You stay signed in here.</p>
          <FormError message={refusedTo("sessions")?.errors.form} />
          <button type="submit" name="intent" value="sessions">
            Sign out everywhere else
          </button>
        </form>
      </section>
      <section>
        <h2>Your todos</h2>
        <p>Download all of your todos as a file.</p>
        <p className="exports">
          {/* No <Link>: they are files, not pages. */}
          <a href="/export.json">Export JSON</a>
          <a href="/export.csv">Export CSV</a>
        </p>
        <ImportForm problems={[]} />
      </section>
      <section className="ending">
        <h2>Delete account</h2>
        {accountDeletion ? (
          <DeleteForm email={email} refused={refusedTo("delete")} />
        ) : (
          <p>{turnedOff.accountDeletion}</p>
        )}
      </section>
    </div>
  );
}
