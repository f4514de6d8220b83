import { useRevalidator } from "@remix-run/react";
import { useEffect, useId, useRef, useState } from "react";
import type { ActionAnswer, MadeChange, RefusedChange } from "../changes/answer.ts";
import type { Fields } from "../changes/button-field.ts";
import type { Todo } from "../list/todo.server.ts";
import { isSameTodo, isSeen } from "./expected.ts";

export interface SendOptions {
  /** Precedes the reason when the change is refused. */
  otherwise: string;
  onMade?(made: MadeChange): void;
  /** @returns whether it was handled, so that nothing is shown */
  onRefused?(refused: RefusedChange): boolean;
}

/** Not answered yet, or not in the list yet. */
interface SentChange extends SendOptions {
  key: string;
  fields: Fields;
  isMade: boolean;
}

/** The stream brings a change within 0.1 s, on a busy machine in a second or two. A page that has waited longer asks. */
const unseenMs = 5_000;

/** Sends changes, of which `problem` says why the last one was refused. */
export function useChanges(todos: Todo[]) {
  const { revalidate } = useRevalidator();
  const [sent, setSent] = useState<SentChange[]>([]);
  const [problem, setProblem] = useState<string>();
  const id = useId();
  const count = useRef(0);

  function send(fields: Fields, options: SendOptions): void {
    count.current += 1;
    const key = `${id} ${count.current}`;
    setProblem(undefined);
    setSent((others) => [
      // The list may never show the state between the two.
      ...others.filter((other) => !(other.isMade && isSameTodo(other.fields, fields))),
      { key, fields, isMade: false, ...options },
    ]);
  }

  function settle(change: SentChange, answer: ActionAnswer): void {
    const isLast = !sent.some((other) => other !== change && isSameTodo(other.fields, change.fields));
    const isToBeSeen = answer.ok && isLast && !isSeen(change.fields, todos);
    setSent((others) =>
      isToBeSeen
        ? others.map((other) => (other === change ? { ...change, isMade: true } : other))
        : others.filter((other) => other !== change),
    );
    if (answer.ok) change.onMade?.(answer);
    else if (!change.onRefused?.(answer)) setProblem(`${change.otherwise} ${answer.errors.form ?? ""}`);
  }

  const isUnseen = sent.some(({ isMade }) => isMade);
  useEffect(() => {
    if (isUnseen)
      setSent((others) => others.filter((other) => !other.isMade || !isSeen(other.fields, todos)));
  }, [isUnseen, todos]);
  useEffect(() => {
    if (!isUnseen) return;
    const timer = setTimeout(() => {
      setSent((others) => others.filter(({ isMade }) => !isMade));
      revalidate();
    }, unseenMs);
    return () => clearTimeout(timer);
  }, [isUnseen, revalidate]);

  return { sent, toSend: inTurn(sent), send, settle, problem };
}

export type Changes = ReturnType<typeof useChanges>;

/** Changes of one todo are sent one after the other. */
function inTurn(sent: SentChange[]): SentChange[] {
  const waiting = sent.filter(({ isMade }) => !isMade);
  return waiting.filter(
    (change, index) => waiting.findIndex(({ fields }) => isSameTodo(fields, change.fields)) === index,
  );
}
