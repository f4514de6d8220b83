import { useEffect, useRef } from "react";
import type { Typed } from "../changes/answer.ts";
import { findDraft, keepDraft } from "./storage.ts";

/**
 * Keeps what is typed into a field until it is sent, however the page is left.
 * @param userId undefined: keeps nothing
 * @param field unique among the user's fields
 * @returns keeps what is typed now; undefined when it no longer needs keeping
 */
export function useDraft(
  userId: string | undefined,
  field: string,
  onFound: (typed: Typed) => void,
): (typed: Typed | undefined) => void {
  const found = useRef(onFound);
  found.current = onFound;

  useEffect(() => {
    const typed = userId && findDraft(userId, field);
    if (typed) found.current(typed);
  }, [userId, field]);

  return (typed) => {
    if (userId) keepDraft(userId, field, typed);
  };
}
