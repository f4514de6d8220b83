import { neonConfig } from "@neondatabase/serverless";
import { afterAll, afterEach, expect, inject } from "vitest";
import { databaseIn, neonUrl } from "#tests/mocks/neon/address.ts";
import { createNeonStandIn } from "#tests/mocks/neon/sql-over-http.ts";
import { standIns } from "./network.ts";

// The databases of this test file seem to be Neon's from here on: the driver goes its own way to them.
for (const name of ["DATABASE_URL", "STACK_DATABASE_URL"]) {
  process.env[name] = neonUrl(databaseIn(process.env[name] ?? ""));
}

const neon = createNeonStandIn(inject("adminUrl"));
standIns.push(...neon.handlers);

afterEach(() => expect(neonConfig.fetchFunction).toBeUndefined());
afterAll(() => neon.close());
