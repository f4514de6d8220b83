import { useLocation, useRevalidator } from "@remix-run/react";
import { useEffect, useRef, useState } from "react";
import { type LiveMessage, openLiveConnection } from "#app/live/live-connection.ts";
import type { List, SharedList } from "../list/read.server.ts";
import { fromSent } from "../list/sent-list.ts";
import type { Team } from "../list/team.server.ts";
import type { LiveEvents } from "./live-event.ts";
import { stream } from "./stream.ts";

interface Pushed {
  version: string;
  list: SharedList;
  /** This load it replaces whatever the version: after a reset versions may have gone back. */
  inPlaceOf: List | undefined;
}

const names = ["change", "own", "state", "reset"] as const;
/** The page does not mention shorter breaks. */
const unmentionedBreakMs = 3_000;
/** Pages must not reload all at once. */
const askWithinMs = 1_000;

/** What was loaded, or pushed since. The page reloads only if what was pushed is not for its part of the list. */
export function useLiveList<L extends List>(loaded: L): { data: L; isLive: boolean } {
  const { search } = useLocation();
  const { revalidate } = useRevalidator();
  const [pushed, setPushed] = useState<Pushed>();
  const [own, setOwn] = useState<LiveEvents["own"]>();
  const [isLive, setIsLive] = useState(true);
  const data = newest(loaded, pushed, own);

  // The stream reads the latest rendering, but must not reopen for each.
  const latest = useRef({ loaded, version: data.version, revalidate });
  latest.current = { loaded, version: data.version, revalidate };

  useEffect(() => {
    let isReset = false;
    let asking: ReturnType<typeof setTimeout> | undefined;
    let breaking: ReturnType<typeof setTimeout> | undefined;

    function ask(): void {
      asking ??= setTimeout(() => {
        asking = undefined;
        latest.current.revalidate();
      }, Math.random() * askWithinMs);
    }

    function change({ version, list: sent }: LiveEvents["change"], isForThisPage: boolean): void {
      if (version !== "" && !isReset && Number(version) <= Number(latest.current.version)) return;
      if (sent && isForThisPage && isOwnView(sent, latest.current.loaded)) {
        const list = fromSent<SharedList>(sent);
        setPushed({ version, list, inPlaceOf: isReset ? latest.current.loaded : undefined });
      } else {
        // The load may have a lower version than what was pushed before.
        if (isReset) setPushed(undefined);
        ask();
      }
      isReset = false;
    }

    function hear(message: LiveMessage<LiveEvents>): void {
      switch (message.name) {
        case "change":
          change(message.data, message.search === search);
          break;
        case "own":
          setOwn(message.data);
          break;
        case "reset":
          isReset = true;
          break;
        case "state":
          clearTimeout(breaking);
          stream.isHeard = message.data.isLive;
          if (message.data.isLive) setIsLive(true);
          else breaking = setTimeout(() => setIsLive(false), unmentionedBreakMs);
      }
    }

    setPushed(undefined);
    const close = openLiveConnection<LiveEvents>("/events", search, names, hear);
    return () => {
      clearTimeout(asking);
      clearTimeout(breaking);
      stream.isHeard = false;
      close();
    };
  }, [search]);

  return { data, isLive };
}

/** Never older than what was loaded, which has the viewer's own changes. */
function newest<L extends List>(
  loaded: L,
  pushed: Pushed | undefined,
  own: LiveEvents["own"] | undefined,
): L {
  if (!pushed) return loaded;
  if (pushed.inPlaceOf !== loaded && Number(pushed.version) <= Number(loaded.version)) return loaded;
  const { version, list } = pushed;
  return { ...loaded, version, ...list, team: withViewer(list.team, loaded, own) };
}

/** In another tab another user may have signed in since, with their own todos. */
function isOwnView({ filter }: Pick<SharedList, "filter">, loaded: List): boolean {
  return JSON.stringify(filter) === JSON.stringify(loaded.filter);
}

/** All viewers share the first of the team. The viewer, if not among them, comes below. */
function withViewer(first: Team, { viewer, team }: List, own: LiveEvents["own"] | undefined): Team {
  if (first.members <= first.shown.length || first.shown.some(({ userId }) => userId === viewer.id))
    return first;
  const progress = own ? own.progress : team.shown.find(({ userId }) => userId === viewer.id);
  // As above: another user may have signed in.
  return progress?.userId === viewer.id ? { ...first, shown: [...first.shown, progress] } : first;
}
