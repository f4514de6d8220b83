import { test } from "./people.ts";
import { bringKeyBack, fiveChapters } from "./tutorial.ts";

test.use({ localAuth: "neon" });

test.afterAll("the key is back", bringKeyBack);

test("the tutorial, in five chapters, on Better Auth", ({ newcomer }) => fiveChapters(newcomer));
