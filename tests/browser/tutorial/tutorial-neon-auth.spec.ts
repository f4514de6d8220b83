import { test } from "../people.ts";
import { bringKeyBack, fiveChapters } from "./chapters.ts";

test.use({ localAuth: "neon" });

test.afterAll("the key is back", bringKeyBack);

test("the tutorial, in five chapters, on Better Auth", ({ newcomer }) => fiveChapters(newcomer));
