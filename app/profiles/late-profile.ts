/** A user whose profile's row has not been seen yet wants to write: the foreign key does not let him. */
export class LateProfile extends Error {
  override name = "LateProfile";
  /** @param isOverdue whether the account is so old that the profile is missing rather than late */
  constructor(readonly isOverdue: boolean) {
    super(`The profile is ${isOverdue ? "missing" : "late"}`);
  }
}

/** What a user is told whose profile should have been here long ago. */
export const profileMissing =
  "Your profile has not reached this site, so you cannot add todos. Ask the people who run the site to look at its user sync.";
