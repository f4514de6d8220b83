// @ts-check
// Loaded before the app by tests that watch its memory: collects garbage when the parent process asks, and says what
// is left. The channel between the two keeps nobody alive.
process.on("message", () => {
  globalThis.gc?.();
  process.send?.(process.memoryUsage());
});
process.channel?.unref();
