import { useId } from "react";

interface FieldProps {
  label: string;
  name: string;
  type?: "text" | "email" | "password";
  hint?: string | undefined;
  error?: string | undefined;
  defaultValue?: string | undefined;
  autoComplete: string;
  autoCapitalize?: "characters";
  inputMode?: "text";
}

export function Field({ label, hint, error, ...input }: FieldProps) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        dir="auto"
        {...input}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy || undefined}
      />
      {hint ? (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      ) : null}
      {error ? (
        <p id={`${id}-error`} className="field-error" role="alert">
          {error}
        </p>
      ) : null}
    </div>
  );
}

interface RefusedEmail {
  typed: { email?: string | undefined };
  errors: { email?: string | undefined };
}

/** Password managers know the email address as the user name. */
export function EmailField({ refused }: { refused: RefusedEmail | undefined }) {
  return (
    <Field
      label="Email"
      name="email"
      type="email"
      defaultValue={refused?.typed.email}
      autoComplete="username"
      error={refused?.errors.email}
    />
  );
}

/** An error of the form or page as a whole. */
export function FormError({ message }: { message: string | undefined }) {
  return message ? (
    <p role="alert" className="notice">
      {message}
    </p>
  ) : null;
}
