/**
 * The key of a shortcut. A Latin letter counts whatever Caps Lock does; another script's letter stands for the Latin one
 * of the same key.
 */
export function pressedKey({ key, code, shiftKey }: KeyboardEvent): string {
  if (!/^\p{L}$/u.test(key)) return key;
  if (/\p{Script=Latin}/u.test(key)) return key.toLowerCase();
  if (code === "Slash") return shiftKey ? "?" : "/";
  return code.replace(/^Key/, "").toLowerCase();
}
