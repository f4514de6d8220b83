import { useLocation } from "@remix-run/react";

/** Where the forms of `/` post to: the index route, with the page's own place in the list. */
export function useFormAction(): string {
  const { search } = useLocation();
  return search ? `/?index&${search.slice(1)}` : "/?index";
}
