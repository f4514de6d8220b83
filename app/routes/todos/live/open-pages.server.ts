import { AsyncLocalStorage } from "node:async_hooks";
import { isDeleted, type Session } from "#app/auth/session/session.server.ts";
import { viewersOf } from "#app/auth/session/viewers.server.ts";
import { database } from "#app/db/current.server.ts";
import { openEventStream, toEvent } from "#app/live/event-stream.server.ts";
import { Hub, type Watcher } from "#app/live/hub.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import { log, logOutage } from "#app/platform/log.server.ts";
import type { ListPart } from "#app/routes/todos/list/list-part.server.ts";
import { type Member, progressOf } from "#app/routes/todos/list/queries.server.ts";
import { keyOf, readSharedLists } from "#app/routes/todos/list/shared-list.server.ts";
import type { LiveEvents } from "./live-event.ts";

/** A page of the list that is open in a browser. */
interface OpenPage extends Watcher {
  session: Session;
  part: ListPart;
  isAdmin: boolean;
  /** His own line in Team progress as he was told it last, in JSON. */
  ownProgress?: string;
}

/** One stream per browser: nobody has so many of them. */
const mostStreamsPerUser = 20;
const streamsOf = new Map<string, number>();

/** Views that cannot be shared are told that there is something new, and no more. */
const notShared = "not shared";

/** What is read for all of them belongs to none of the requests that opened them. */
const outsideOfRequests = AsyncLocalStorage.snapshot();

let firstOfTeam: Member[] = [];
let isClosing = false;
let hub: Hub<OpenPage> | undefined;

function openPages(): Hub<OpenPage> {
  hub ??= new Hub<OpenPage>({
    databaseUrl: environment().databaseUrlUnpooled,
    read,
    tellOwnProgress,
    checkRights,
    reloadEvent: (version) => event("change", { version }, version),
    stateEvent: (isLive) => event("state", { isLive }),
    resetEvent: event("reset", {}),
    onFault: logOutage,
  });
  return hub;
}

/** How many pages are open, how many different ones, and how many people have them open. */
export function openPagesCount() {
  return { ...openPages().size, people: streamsOf.size };
}

/**
 * Answers with a stream of the changes to a page.
 * @param page `isAdmin` as it is now: the page is told to reload when that changes. Pages with `isWholeTeam` show so
 * much of the team that they share it with nobody
 * @returns undefined when the user has more streams already than a person can have browsers
 */
export function openPage(
  request: Request,
  headers: Headers,
  page: Pick<OpenPage, "session" | "part" | "isAdmin"> & { isWholeTeam: boolean },
): Response | undefined {
  const { session, part, isAdmin, isWholeTeam } = page;
  const { userId } = session;
  if ((streamsOf.get(userId) ?? 0) >= mostStreamsPerUser) return undefined;
  countStreams(userId, +1);
  let leave = () => {};
  const { send, end, response } = openEventStream(request, headers, () => {
    countStreams(userId, -1);
    leave();
  });
  // An end that came while we asked who he is: nobody will tell of it again.
  if (isClosing || request.signal.aborted) end();
  else {
    const key = isWholeTeam ? notShared : keyOf(part);
    leave = outsideOfRequests(() => openPages().watch({ key, session, part, isAdmin, send, end }));
  }
  return response;
}

/** Ends every stream, for good. The browsers come back when somebody answers again. */
export function closeOpenPages(): void {
  isClosing = true;
  hub?.close();
}

function countStreams(userId: string, step: 1 | -1): void {
  const streams = (streamsOf.get(userId) ?? 0) + step;
  if (streams > 0) streamsOf.set(userId, streams);
  else streamsOf.delete(userId);
}

async function read(pages: OpenPage[]) {
  const shared = pages.filter(({ key }) => key !== notShared);
  const { version, team, lists } = await readSharedLists(shared.map(({ part }) => part));
  firstOfTeam = team;
  const events = new Map([[notShared, event("change", { version }, version)]]);
  for (const [index, list] of lists.entries()) {
    events.set(shared[index]?.key ?? "", event("change", { version, list }, version));
  }
  return { version, events };
}

/** Whoever is not among the first of Team progress sees himself below them. One statement for all of these. */
async function tellOwnProgress(pages: OpenPage[]): Promise<void> {
  if ((firstOfTeam[0]?.members ?? 0) <= firstOfTeam.length) return;
  const isAmongFirst = new Set(firstOfTeam.map(({ userId }) => userId));
  const others = pages.filter(({ session }) => !isAmongFirst.has(session.userId));
  if (others.length === 0) return;
  const members = await database().query(
    progressOf([...new Set(others.map(({ session }) => session.userId))]),
  );
  const progressByUser = new Map(members.map((member) => [member.userId, member]));
  for (const page of others) {
    const progress = progressByUser.get(page.session.userId) ?? null;
    const ownProgress = JSON.stringify(progress);
    if (page.ownProgress === ownProgress) continue;
    page.ownProgress = ownProgress;
    page.send(event("own", { progress }));
  }
}

/** Ends the streams of those who were deleted, or whose access token has expired: the next one asks Stack anew. */
async function checkRights(pages: OpenPage[]): Promise<void> {
  const rows = await database().query(viewersOf([...new Set(pages.map(({ session }) => session.userId))]));
  const rightsByUser = new Map(rows.map((row) => [row.userId, row]));
  for (const page of pages) {
    const { userId, expiresAt } = page.session;
    const rights = rightsByUser.get(userId);
    const isGone = isDeleted(page.session, rights);
    const isAdmin = rights?.isAdmin ?? false;
    if (isGone || isAdmin !== page.isAdmin) page.send(event("change", { version: "" }));
    if (isGone || expiresAt * 1_000 <= Date.now()) page.end();
    if (isAdmin !== page.isAdmin)
      log.info({ event: "admin right changed", userId, isAdmin }, "Seen at an open page");
    page.isAdmin = isAdmin;
    page.session.profileSeen ||= rights !== undefined;
  }
}

function event<Name extends keyof LiveEvents>(name: Name, data: LiveEvents[Name], id?: string): Uint8Array {
  return toEvent(name, data, id);
}
