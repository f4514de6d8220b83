// @ts-check
// Loaded first by a child of local mode: a child must not outlive a parent that was killed.
import { isMainThread } from "node:worker_threads";

if (isMainThread) {
  if (!process.connected) process.exit(1);
  process.on("disconnect", () => process.exit(1));
}
