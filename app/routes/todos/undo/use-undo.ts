import { useRef, useState } from "react";
import { useAnnounce } from "#app/components/announcer.tsx";
import type { Undoable } from "../changes/answer.ts";
import type { Fields } from "../changes/button-field.ts";
import { announced } from "../sending/announced.ts";
import type { Changes, SendOptions } from "../sending/use-changes.ts";
import { useUndoKey } from "./use-undo-key.ts";

interface UndoableOptions extends SendOptions {
  /** To screen readers once it is made; by default the number of todos. */
  said?: string;
}

/** @param offered what a plain form changed before this page */
export function useUndo(changes: Changes, offered: Undoable | null) {
  const [done, setDone] = useState<Undoable[]>(offered ? [offered] : []);
  const [isOffered, setIsOffered] = useState(true);
  const announce = useAnnounce();
  /** Not answered yet, in their order, and whether to undo each once it is made. */
  const inFlight = useRef(new Set<{ isUnwanted: boolean }>());
  useUndoKey(undo);

  function send(fields: Fields, { said, onMade, onRefused, ...options }: UndoableOptions): void {
    const state = { isUnwanted: false };
    inFlight.current.add(state);
    changes.send(fields, {
      ...options,
      onMade(made) {
        inFlight.current.delete(state);
        onMade?.(made);
        const { batch, count, sentence } = made;
        const undoable = batch && count && sentence ? { batch, count, sentence } : undefined;
        if (undoable && state.isUnwanted) return restore(undoable);
        if (undoable) offer(undoable);
        if (said || undoable) announce(said ?? announced.bulk(count ?? 0));
      },
      onRefused(refused) {
        inFlight.current.delete(state);
        return onRefused?.(refused) ?? false;
      },
    });
  }

  function undo(): boolean {
    const latest = [...inFlight.current].findLast(({ isUnwanted }) => !isUnwanted);
    const last = done.at(-1);
    if (latest) latest.isUnwanted = true;
    else if (last) restore(last);
    return latest !== undefined || last !== undefined;
  }

  function restore(last: Undoable): void {
    setDone((others) => others.filter((other) => other !== last));
    setIsOffered(true);
    changes.send(
      { intent: "restore", batch: last.batch },
      {
        otherwise: "Nothing was undone.",
        onMade: () => announce(announced.undone),
        onRefused({ isTemporary }) {
          if (isTemporary) offer(last);
          return false;
        },
      },
    );
  }

  function offer(undoable: Undoable): void {
    setDone((others) => [...others, undoable]);
    setIsOffered(true);
  }

  return {
    send,
    undo,
    offered: isOffered ? done.at(-1) : undefined,
    endOffer: () => setIsOffered(false),
  };
}

export type Undo = ReturnType<typeof useUndo>;
