// @ts-check
// Every process of the instance loads this first; the app's own reports its heap after garbage collection.
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread } from "node:worker_threads";

const { HEAP_SOCKET = "", LOCAL_DIR } = process.env;

if (isMainThread && LOCAL_DIR && process.argv[1]?.endsWith("serve.js")) {
  setFlagsFromString("--expose-gc");
  // The flag applies to contexts created after it.
  const collect = runInNewContext("gc");
  rmSync(HEAP_SOCKET, { force: true });
  createServer(async (_, response) => {
    // Finalizers release more in a later turn of the loop.
    for (let round = 0; round < 6; round++) {
      collect();
      await setImmediate();
    }
    response.end(JSON.stringify({ pid: process.pid, bytes: process.memoryUsage().heapUsed }));
  })
    .listen(HEAP_SOCKET)
    .unref();
}
