export const profileMissing =
  "Your profile hasn't reached this site, so you can't add todos. Ask an administrator to check the user sync.";
