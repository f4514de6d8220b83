/** Says why a user is suddenly signed out. */
export function AccountDeleted() {
  return (
    <p role="alert" className="notice">
      Your account was deleted, so you have been signed out.
    </p>
  );
}
