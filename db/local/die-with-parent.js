// @ts-check
// Loaded first by a child of local mode, so that it ends when its parent is killed.
import { isMainThread } from "node:worker_threads";

if (isMainThread) {
  if (!process.connected) process.exit(1);
  process.on("disconnect", () => process.exit(1));
}
