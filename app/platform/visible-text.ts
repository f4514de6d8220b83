/** White space, controls, and characters without a shape of their own. Unicode does not count the last four as ignorable. */
const unseen = /[\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFB]/gu;

export function isVisible(text: string): boolean {
  return text.replace(unseen, "") !== "";
}

/** Without the white space of any script around it. */
export function trimmed(text: string): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}

/** How pages show the name of a user, who may have none. */
export function nameOrNone(name: string | null): string {
  return name && isVisible(name) ? name : "N/A";
}
