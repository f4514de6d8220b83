import { useId, useRef, useState } from "react";
import { useAnnounce } from "#app/components/announcer.tsx";
import type { ActionAnswer, Undoable } from "#app/routes/todos/changes/answer.ts";
import type { Fields } from "#app/routes/todos/changes/change-form.tsx";
import { announced, announcedBulk } from "#app/routes/todos/list/list-words.ts";
import { useUndoKey } from "./use-undo-key.ts";

/** A change on its way. */
export interface SentChange {
  key: string;
  fields: Fields;
  /** What is to be said when it is refused, before the reason. */
  otherwise: string;
  /** What is to be said when it is made, where that is not what is said of any such change. */
  done?: string;
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
  const announce = useAnnounce();
  useUndoKey(undo);

  function send(fields: Fields, otherwise: string, more?: Pick<SentChange, "done" | "undoes">): void {
    count.current += 1;
    const key = `${id} ${count.current}`;
    setProblem(undefined);
    setSent((others) => [...others, { key, fields, otherwise, ...more }]);
  }

  function undo(): boolean {
    const last = done.at(-1);
    if (!last) return false;
    setDone((others) => others.filter((other) => other !== last));
    setIsOffered(true);
    send({ intent: "restore", batch: last.batch }, "Nothing was undone.", {
      done: announced.undone,
      undoes: last,
    });
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
      const undoable = batch && intent && count ? { batch, intent, count } : undefined;
      if (undoable) offer(undoable);
      const done = change.done ?? (undoable && announcedBulk(undoable));
      if (done) announce(done);
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
