import { useId, useRef, useState } from "react";
import type { ActionAnswer, Undoable } from "./answer.ts";
import type { Fields } from "./change-form.tsx";
import { useUndoKey } from "./use-undo-key.ts";

/** A change on its way. */
export interface SentChange {
  key: string;
  fields: Fields;
  /** What is to be said when it is refused, before the reason. */
  otherwise: string;
  /** What it is to undo. */
  undoes?: Undoable;
}

/**
 * The changes of a page that can be undone, the latest first.
 * @param offered what a plain form has changed before this page
 */
export function useUndoableChanges(offered: Undoable | null) {
  const [sent, setSent] = useState<SentChange[]>([]);
  const [done, setDone] = useState<Undoable[]>(offered ? [offered] : []);
  const [isOffered, setIsOffered] = useState(true);
  const [problem, setProblem] = useState<string>();
  const id = useId();
  const count = useRef(0);
  useUndoKey(undo);

  function send(fields: Fields, otherwise: string, undoes?: Undoable): void {
    count.current += 1;
    const key = `${id} ${count.current}`;
    setProblem(undefined);
    setSent((others) => [...others, { key, fields, otherwise, ...(undoes && { undoes }) }]);
  }

  function undo(): boolean {
    const last = done.at(-1);
    if (!last) return false;
    setDone((others) => others.filter((other) => other !== last));
    setIsOffered(true);
    send({ intent: "restore", batch: last.batch }, "Nothing was undone.", last);
    return true;
  }

  function offer(undoable: Undoable): void {
    setDone((others) => [...others, undoable]);
    setIsOffered(true);
  }

  function settle(change: SentChange, answer: ActionAnswer): void {
    setSent((others) => others.filter((other) => other !== change));
    if (answer.ok) {
      const { batch, intent, count } = answer;
      if (batch && intent && count) offer({ batch, intent, count });
      return;
    }
    setProblem(`${change.otherwise} ${answer.errors.form ?? ""}`);
    if (change.undoes && answer.isTemporary) offer(change.undoes);
  }

  return {
    sent,
    send,
    settle,
    undo,
    problem,
    offer: isOffered ? done.at(-1) : undefined,
    endOffer: () => setIsOffered(false),
  };
}

export type UndoableChanges = ReturnType<typeof useUndoableChanges>;
