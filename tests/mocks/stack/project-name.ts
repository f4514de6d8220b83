/** What the project calls itself, also in its mails. */
export const projectName = "Stand-in for Stack Auth";
