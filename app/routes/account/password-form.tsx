import { Link } from "@remix-run/react";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { Field, FormError } from "#app/components/field.tsx";

interface PasswordFormProps {
  email: string | null;
  hasPassword: boolean;
  refused: RefusedForm | undefined;
}

/** Users who sign in by a link or with a provider have no password. */
export function PasswordForm({ email, hasPassword, refused }: PasswordFormProps) {
  if (!hasPassword) {
    return (
      <p>
        Your account has no password. <Link to="/forgot-password">Get an email to set one</Link>.
      </p>
    );
  }
  const { errors = {} } = refused ?? {};
  return (
    <form method="post" action="/account" noValidate>
      <FormError message={errors.form} />
      <input
        className="visually-hidden"
        name="username"
        autoComplete="username"
        defaultValue={email ?? ""}
        readOnly
        tabIndex={-1}
        aria-hidden
      />
      <Field
        label="Current password"
        name="currentPassword"
        type="password"
        autoComplete="current-password"
        error={errors.currentPassword}
      />
      <Field
        label="New password"
        hint="8 to 70 characters"
        name="newPassword"
        type="password"
        autoComplete="new-password"
        error={errors.newPassword}
      />
      <p className="hint">Changing it signs you out everywhere else within 10 minutes.</p>
      <button type="submit" name="intent" value="password">
        Change the password
      </button>
    </form>
  );
}
