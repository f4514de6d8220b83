/** What a user is told whose profile should have been here long ago. */
export const profileMissing =
  "Your profile has not reached this site, so you cannot add todos. Ask the people who run the site to look at its user sync.";
