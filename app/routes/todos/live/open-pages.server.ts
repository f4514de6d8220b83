import { AsyncLocalStorage } from "node:async_hooks";
import { isDeleted, type Session } from "#app/auth/session/session.server.ts";
import { viewersOf } from "#app/auth/session/viewers.server.ts";
import { database } from "#app/db/current.server.ts";
import type { ChangeSource } from "#app/live/change-source.server.ts";
import { eventMaker, openEventStream } from "#app/live/event-stream.server.ts";
import { Hub, type Watcher } from "#app/live/hub.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import { log } from "#app/platform/log.server.ts";
import { metrics } from "#app/platform/metrics.server.ts";
import { onStop } from "#app/platform/stopping.server.ts";
import type { ListPart } from "../list/page.server.ts";
import { keyOf, readSharedLists } from "../list/read.server.ts";
import { toSent } from "../list/sent-list.ts";
import { progressOf, type Team } from "../list/team.server.ts";
import type { LiveEvents } from "./live-event.ts";

/** The triggers of the migrations notify this channel. */
export const todoChanges: ChangeSource = {
  channel: "todos_changed",
  ledger: "public.todo_changes",
  version: "public.todos_version",
  rightsPayload: "users",
};

const toEvent = eventMaker<LiveEvents>();

interface OpenPage extends Watcher {
  session: Session;
  part: ListPart;
  isAdmin: boolean;
  /** The viewer's line of Team progress as last sent, in JSON. */
  ownProgress?: string;
}

/** A browser has one stream, and no user has so many browsers. */
const mostStreamsPerUser = 20;
const streamsOf = new Map<string, number>();

/** The key of pages that cannot share a list: they are told to reload. */
const notShared = "not shared";

/** Reads for all pages must not run in the context of the request that opened one. */
const outsideOfRequests = AsyncLocalStorage.snapshot();

let latestTeam: Team | undefined;
let isClosing = false;
let hub: Hub<OpenPage> | undefined;

function openPages(): Hub<OpenPage> {
  hub ??= new Hub<OpenPage>({
    databaseUrl: environment().databaseUrlUnpooled,
    source: todoChanges,
    read,
    sendOwn: sendOwnProgress,
    checkRights,
  });
  return hub;
}

/** For tests. */
export function openPagesCount() {
  return { ...openPages().size, people: streamsOf.size };
}

/**
 * @param page `isWholeTeam`: it shows more of the team than a shared list has
 * @returns a stream of the changes to the page; undefined if the user has too many streams
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
  // The end may have come while we read the viewer: no event will follow.
  if (isClosing || request.signal.aborted) end();
  else {
    const key = isWholeTeam ? notShared : keyOf(part);
    leave = outsideOfRequests(() => openPages().watch({ key, session, part, isAdmin, send, end }));
  }
  return response;
}

onStop(closeOpenPages);

/** Browsers reconnect when a process answers again. */
export function closeOpenPages(): void {
  isClosing = true;
  hub?.close();
}

function countStreams(userId: string, step: 1 | -1): void {
  const streams = (streamsOf.get(userId) ?? 0) + step;
  if (streams > 0) streamsOf.set(userId, streams);
  else streamsOf.delete(userId);
  metrics.openPages.inc(step);
  metrics.people.set(streamsOf.size);
}

async function read(pages: OpenPage[]) {
  const shared = pages.filter(({ key }) => key !== notShared);
  const { version, team, lists } = await readSharedLists(shared.map(({ part }) => part));
  latestTeam = team;
  const events = new Map([[notShared, toEvent("change", { version }, version)]]);
  for (const [index, list] of lists.entries()) {
    events.set(shared[index]?.key ?? "", toEvent("change", { version, list: toSent(list) }, version));
  }
  return { version, events };
}

/** For viewers who are not among the first of Team progress, in one statement. */
async function sendOwnProgress(pages: OpenPage[]): Promise<void> {
  if (!latestTeam || latestTeam.members <= latestTeam.shown.length) return;
  const isAmongFirst = new Set(latestTeam.shown.map(({ userId }) => userId));
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
    page.send(toEvent("own", { progress }));
  }
}

/** Ends the streams of deleted users and of expired access tokens, which the next stream refreshes. */
async function checkRights(pages: OpenPage[]): Promise<void> {
  const rows = await database().query(viewersOf([...new Set(pages.map(({ session }) => session.userId))]));
  const rightsByUser = new Map(rows.map((row) => [row.userId, row]));
  for (const page of pages) {
    const { userId, expiresAt } = page.session;
    const rights = rightsByUser.get(userId);
    const isGone = isDeleted(page.session, rights);
    const isAdmin = rights?.isAdmin ?? false;
    if (isGone || isAdmin !== page.isAdmin) page.send(toEvent("change", { version: "" }));
    if (isGone || expiresAt * 1_000 <= Date.now()) page.end();
    if (isAdmin !== page.isAdmin)
      log.info({ event: "admin right changed", userId, isAdmin }, "Seen at an open page");
    page.isAdmin = isAdmin;
    page.session.profileSeen ||= rights !== undefined;
  }
}
