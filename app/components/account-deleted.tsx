import { useEffect } from "react";
import { FormError } from "./field.tsx";
import { dropUnsent } from "./leave.ts";

export function AccountDeleted() {
  useEffect(dropUnsent, []);
  return <FormError message="Your account was deleted, so you have been signed out." />;
}
