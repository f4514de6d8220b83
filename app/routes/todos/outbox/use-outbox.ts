import { useNavigate } from "@remix-run/react";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useAnnounce } from "#app/components/announcer.tsx";
import {
  type ActionAnswer,
  type Errors,
  invalidField,
  type MadeChange,
  type Typed,
  whyOf,
} from "../changes/answer.ts";
import type { Todo } from "../list/todo.server.ts";
import { announced, notTicked } from "../sending/announced.ts";
import { newKey } from "./new-key.ts";
import {
  dropWaiting,
  dropWaitingOfOthers,
  keepWaiting,
  mostWaiting,
  refreshWaiting,
  subscribeWaiting,
  timeOfNext,
  type WaitingAdd,
  type WaitingChange,
  waitingChanges,
} from "./storage.ts";
import { useLock } from "./use-lock.ts";
import { useObstacle } from "./use-obstacle.ts";
import { saidUnsent, tooManyUnsent } from "./words.ts";

interface Attempt {
  /** Unique, unlike the change's. */
  key: string;
  change: WaitingChange;
}

const none: WaitingChange[] = [];

/**
 * Keeps adds, and ticks without a connection, until the server has them; unsent ones outlive the page. One tab of the
 * browser sends them, one after the other. Sending one twice does no harm: an add has its key, a tick names the state.
 * @param todos of the page, as the server last said
 * @param isLive whether the stream is open
 */
export function useOutbox(userId: string, todos: Todo[], isLive: boolean) {
  const announce = useAnnounce();
  const navigate = useNavigate();
  const all = useSyncExternalStore(subscribeWaiting, waitingChanges, () => none);
  const changes = all.filter((change) => change.userId === userId);
  const unsent = changes.filter(isUnsent);
  const [attempt, setAttempt] = useState<Attempt>();
  const [problem, setProblem] = useState<string>();
  // Its answer leads to the page that shows it.
  const latestAdd = useRef<string>();
  const { obstacle, isOnline, mayTry, meet, clear } = useObstacle(isLive, unsent.length > 0);
  const isBlocked = !isOnline || obstacle !== undefined;
  const isOurTurn = useLock("todos-outbox", attempt !== undefined || (mayTry && unsent.length > 0));

  useEffect(() => dropWaitingOfOthers(userId), [userId]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new todos on the page are no reason to send
  useEffect(() => {
    if (!isOurTurn || !mayTry || attempt) return;
    const next = refreshWaiting().find((change) => change.userId === userId && isUnsent(change));
    if (!next) return;
    const change = next.intent === "add" ? { sentAfter: newestOf(todos), ...next } : next;
    if (change.intent === "add") keepWaiting(change);
    setAttempt((before) => before ?? { key: newKey(), change });
  }, [isOurTurn, mayTry, attempt, all]);

  function add(typed: Typed, key = newKey()): string | undefined {
    if (changes.length >= mostWaiting) return tooManyUnsent;
    keepWaiting({ intent: "add", key, userId, at: timeOfNext(), typed });
    latestAdd.current = isBlocked ? undefined : key;
    if (isBlocked) announce(saidUnsent(typed.task));
    return undefined;
  }

  function tick({ id, task }: Pick<Todo, "id" | "task">, complete: boolean): void {
    const isFull = changes.length >= mostWaiting;
    setProblem(isFull ? `${notTicked(task)} ${tooManyUnsent}` : undefined);
    if (isFull) return;
    keepWaiting({ intent: "toggle", key: newKey(), userId, at: timeOfNext(), id, complete, task });
    announce(isBlocked ? saidUnsent(task) : announced.ticked(task, complete));
  }

  function sendAgain({ refusal: _, refusedField: __, ...todo }: WaitingAdd): void {
    keepWaiting(todo);
  }

  function settle({ change }: Attempt, answer: ActionAnswer): void {
    setAttempt(undefined);
    if (answer.ok) {
      succeed(change, answer);
    } else if (answer.isUnreachable) {
      meet("unreachable");
    } else if (answer.isTemporary && (isBlocked || unsent.length > 1)) {
      // A single change fails at once. Many that come too fast wait.
      meet("busy", answer.retryAfter);
    } else {
      fail(change, answer.errors);
    }
  }

  function succeed(change: WaitingChange, { place }: MadeChange): void {
    clear();
    dropWaiting(change.key);
    if (change.intent !== "add") return;
    announce(announced.added(change.typed.task));
    if (place && latestAdd.current === change.key) navigate(place);
  }

  function fail(change: WaitingChange, errors: Errors): void {
    const [why = "", refusedField] = [whyOf(errors), invalidField(errors)];
    clear();
    // Another tick of the same todo may have replaced it.
    if (!waitingChanges().some(({ key }) => key === change.key)) return;
    if (change.intent === "add") {
      keepWaiting({ ...change, refusal: why, ...(refusedField && { refusedField }) });
    } else {
      dropWaiting(change.key);
      setProblem(`${notTicked(change.task)} ${why}`);
    }
  }

  return {
    unsent,
    refused: changes.filter(isRefused),
    attempt,
    obstacle: isOnline ? obstacle : ("offline" as const),
    isBlocked,
    problem,
    add,
    tick,
    settle,
    sendAgain,
    drop: dropWaiting,
  };
}

export type Outbox = ReturnType<typeof useOutbox>;

function isRefused(change: WaitingChange): change is WaitingAdd & { refusal: string } {
  return change.intent === "add" && change.refusal !== undefined;
}

function isUnsent(change: WaitingChange): boolean {
  return !isRefused(change);
}

function newestOf(todos: Todo[]): string {
  return todos.reduce((newest, { id }) => (BigInt(id) > BigInt(newest) ? id : newest), "0");
}
