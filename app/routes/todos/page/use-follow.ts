import { useNavigate } from "@remix-run/react";
import type { MouseEvent } from "react";

/** Follows a plain link as Remix's do: without loading the document, unless a key asks for another tab or window. */
export function useFollow(): (event: MouseEvent<HTMLAnchorElement>) => void {
  const navigate = useNavigate();
  return (event) => {
    const { button, metaKey, altKey, ctrlKey, shiftKey, currentTarget } = event;
    if (button !== 0 || metaKey || altKey || ctrlKey || shiftKey) return;
    event.preventDefault();
    const { pathname, search, hash, href } = currentTarget;
    navigate(pathname + search + hash, { replace: href === window.location.href });
  };
}
