import { test } from "../people.ts";
import { bringKeyBack, fiveChapters } from "./chapters.ts";

test.afterAll("the key is back", bringKeyBack);

test("the tutorial, in five chapters", { tag: "@main" }, ({ newcomer }) => fiveChapters(newcomer));
