import { joinTestServer } from "./test-server.ts";

// What a run starts on its way out when it is interrupted: Vitest then gives it no time for more.
await (await joinTestServer()).leave();
