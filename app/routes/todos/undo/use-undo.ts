import { useState } from "react";
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

interface OwnChange {
  /** Unknown until the change is made. */
  undoable?: Undoable;
  /** Undone, or to be undone once it is made. */
  isUnwanted: boolean;
}

/** @param offered what a plain form changed before this page */
export function useUndo(changes: Changes, offered: Undoable | null) {
  /** In the order in which the user made them, which their answers may not keep. */
  const [own, setOwn] = useState<OwnChange[]>(offered ? [{ undoable: offered, isUnwanted: false }] : []);
  const [isOffered, setIsOffered] = useState(true);
  const announce = useAnnounce();
  const lastWanted = () => own.findLast(({ isUnwanted }) => !isUnwanted);
  useUndoKey(undo);

  function send(fields: Fields, { said, onMade, onRefused, ...options }: UndoableOptions): void {
    const change: OwnChange = { isUnwanted: false };
    setOwn((others) => [...others, change]);
    changes.send(fields, {
      ...options,
      onMade(made) {
        onMade?.(made);
        const { batch, count, sentence } = made;
        const undoable = batch && count && sentence ? { batch, count, sentence } : undefined;
        if (undoable) {
          update(change, { undoable });
          if (change.isUnwanted) return restore(change, undoable);
          setIsOffered(true);
        } else forget(change);
        if (said || undoable) announce(said ?? announced.bulk(count ?? 0));
      },
      onRefused(refused) {
        forget(change);
        return onRefused?.(refused) ?? false;
      },
    });
  }

  function undo(): boolean {
    const last = lastWanted();
    if (!last) return false;
    update(last, { isUnwanted: true });
    if (last.undoable) restore(last, last.undoable);
    return true;
  }

  function restore(change: OwnChange, { batch }: Undoable): void {
    setIsOffered(true);
    changes.send(
      { intent: "restore", batch },
      {
        otherwise: "Nothing was undone.",
        onMade() {
          forget(change);
          announce(announced.undone);
        },
        onRefused({ isTemporary }) {
          if (isTemporary) update(change, { isUnwanted: false });
          else forget(change);
          return false;
        },
      },
    );
  }

  function update(change: OwnChange, values: Partial<OwnChange>): void {
    Object.assign(change, values);
    setOwn((all) => [...all]);
  }

  function forget(change: OwnChange): void {
    setOwn((all) => all.filter((other) => other !== change));
  }

  return {
    send,
    undo,
    /** None while the last change is being made: the button would undo another one than it says. */
    offered: isOffered ? lastWanted()?.undoable : undefined,
    endOffer: () => setIsOffered(false),
  };
}

export type Undo = ReturnType<typeof useUndo>;
