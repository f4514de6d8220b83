import { useEffect, useRef } from "react";
import { type Draft, findDraft, keepDraft } from "./storage.ts";

/**
 * Keeps what is typed into a field until it is sent, however the page is left.
 * @param userId undefined: keeps nothing
 * @param field unique among the user's fields
 * @returns keeps what is typed now; undefined when it no longer needs keeping
 */
export function useDraft(
  userId: string | undefined,
  field: string,
  onFound: (draft: Draft) => void,
): (draft: Draft | undefined) => void {
  const found = useRef(onFound);
  found.current = onFound;

  useEffect(() => {
    const draft = userId && findDraft(userId, field);
    if (draft) found.current(draft);
  }, [userId, field]);

  return (draft) => {
    if (userId) keepDraft(userId, field, draft);
  };
}
