import { joinTestServer } from "./test-server.ts";

// An interrupted run starts this on its way out: Vitest leaves no time for more.
await (await joinTestServer()).leave();
