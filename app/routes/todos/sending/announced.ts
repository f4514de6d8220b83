const howToUndo = "Undo: Ctrl+Z or the Undo button";

/** What a screen reader says of the user's own changes, which others see. */
export const announced = {
  added: (task: string) => `Added “${task}”`,
  ticked: (task: string, isComplete: boolean) => `${isComplete ? "Ticked" : "Unticked"} “${task}”`,
  saved: (task: string) => `Saved “${task}”`,
  deleted: (task: string) => `Deleted “${task}”. ${howToUndo}`,
  bulk: (sentence: string) => `${sentence} ${howToUndo}`,
  undone: "Undone",
};

/** Said before the reason. */
export const notTicked = (task: string) => `“${task}” was not changed.`;
