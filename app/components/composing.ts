/**
 * Whether a key belongs to a character that is being composed. Safari ends the composition before the key that ends it;
 * 229 tells that key from others (https://www.w3.org/TR/uievents/#determine-keydown-keyup-keyCode).
 */
export function isComposing({ isComposing, keyCode }: KeyboardEvent): boolean {
  return isComposing || keyCode === 229;
}

/** In every field, Enter then chooses characters. */
export function keepEnterFromSendingCompositions(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && isComposing(event)) event.preventDefault();
  });
}
