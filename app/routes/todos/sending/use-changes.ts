import { useRevalidator } from "@remix-run/react";
import { useEffect, useId, useRef, useState } from "react";
import type { ActionAnswer, MadeChange, RefusedChange } from "../changes/answer.ts";
import type { Todo } from "../list/todo.server.ts";
import type { Fields } from "./change-form.tsx";
import { isSameTodo, isSeen } from "./expected.ts";

interface SendOptions {
  /** Shown before the reason when the change is refused. */
  otherwise: string;
  onMade?(made: MadeChange): void;
  /** @returns whether the refusal is dealt with, and nothing is to be shown */
  onRefused?(refused: RefusedChange): boolean;
}

/** A change on its way, or made and not in the list yet. */
export interface SentChange extends SendOptions {
  key: string;
  fields: Fields;
  /** It is made: the list shows it in a moment. */
  isMade: boolean;
}

/** The stream brings a change within 0.1 s. A page that has waited so long asks. */
const unseenMs = 2_000;

/** The changes that a page has sent, and what is wrong with the last one that was refused. */
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
      // The list may show the two of them as one.
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

  return { sent, send, settle, problem };
}

export type Changes = ReturnType<typeof useChanges>;

/** Those that may be sent now: changes of one todo go one after the other, in their order. */
export function inTurn(sent: SentChange[]): SentChange[] {
  const waiting = sent.filter(({ isMade }) => !isMade);
  return waiting.filter(
    (change, index) => waiting.findIndex(({ fields }) => isSameTodo(fields, change.fields)) === index,
  );
}
