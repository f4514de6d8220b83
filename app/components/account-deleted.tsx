import { FormError } from "./field.tsx";

export function AccountDeleted() {
  return <FormError message="Your account was deleted, so you have been signed out." />;
}
