import { useNavigation } from "@remix-run/react";
import { type ListView, parseListView } from "../list/views.ts";

/** The view that is loading, if any: a second step must not undo the first. */
export function useNextView(listView: ListView): ListView {
  const { location } = useNavigation();
  return location?.pathname === "/" ? parseListView(new URLSearchParams(location.search)) : listView;
}
