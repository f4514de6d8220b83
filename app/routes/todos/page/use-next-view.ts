import { useNavigation } from "@remix-run/react";
import { type ListView, parseListView } from "../list/views.ts";

/** The view that is loading, if any: a second step must not undo the first. */
export function useNextView(listView: ListView): ListView {
  const { location } = useNavigation();
  return (location && viewAt(location)) ?? listView;
}

/** @returns undefined for another page */
export function viewAt({ pathname, search }: Pick<Location, "pathname" | "search">): ListView | undefined {
  return pathname === "/" ? parseListView(new URLSearchParams(search)) : undefined;
}
