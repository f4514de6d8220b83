import { useNavigation } from "@remix-run/react";
import { type ListView, parseListView } from "../list/views.ts";

/** The view that the page is on its way to, or the one that it shows: a second step must not undo the first. */
export function useNextView(listView: ListView): ListView {
  const { location } = useNavigation();
  return location?.pathname === "/" ? parseListView(new URLSearchParams(location.search)) : listView;
}
