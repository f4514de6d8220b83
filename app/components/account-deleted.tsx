/** Says why somebody who was signed in a moment ago is not any more. */
export function AccountDeleted() {
  return (
    <p role="alert" className="notice">
      Your account was deleted, and you are signed out.
    </p>
  );
}
