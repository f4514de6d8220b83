const howToUndo = "Undo: Ctrl+Z or the Undo button";

/** For screen readers, after the user's own changes. */
export const announced = {
  added: (task: string) => `Added “${task}”`,
  ticked: (task: string, isComplete: boolean) => `${isComplete ? "Ticked" : "Unticked"} “${task}”`,
  saved: (task: string) => `Saved “${task}”. ${howToUndo}`,
  deleted: (task: string) => `Deleted “${task}”. ${howToUndo}`,
  /** Not the sentence beside the Undo button, which a screen reader finds there. */
  bulk: (count: number) => `Done for ${count} ${count === 1 ? "todo" : "todos"}. ${howToUndo}`,
  undone: "Undone",
};

/** Precedes the reason. */
export const notTicked = (task: string) => `“${task}” was not changed.`;
