// @ts-check
// Tests that watch the app's memory load this before it: it collects garbage when the parent process asks, and reports
// what is left. The channel between the two keeps neither alive.
process.on("message", () => {
  globalThis.gc?.();
  process.send?.(process.memoryUsage());
});
process.channel?.unref();
