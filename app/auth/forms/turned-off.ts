/** What a page says in place of what the project has switched off, and the answer to a post of it. */
export const turnedOff = {
  signUp: "You can't create new accounts here.",
  passwords: "Signing in with a password is turned off here.",
  magicLinks: "Sign-in by email is turned off here.",
  everything: "Every way to sign in is turned off here. Tell an administrator.",
  accountDeletion: "You can't delete your account here. Ask an administrator to delete it.",
};
