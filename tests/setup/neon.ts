import { neonConfig } from "@neondatabase/serverless";
import { afterAll, afterEach, expect, inject } from "vitest";
import { databaseIn, neonUrl } from "#tests/mocks/neon/address.ts";
import { createNeonStandIn } from "#tests/mocks/neon/sql-over-http.ts";
import { standIns } from "./network.ts";

// From here on this test file's databases seem to be Neon's, and the driver uses its own route to them.
for (const name of ["DATABASE_URL", "STACK_DATABASE_URL"]) {
  process.env[name] = neonUrl(databaseIn(process.env[name] ?? ""));
}

const neon = createNeonStandIn(inject("adminUrl"));
standIns.push(...neon.handlers);

afterEach(() => expect(neonConfig.fetchFunction).toBeUndefined());
afterAll(() => neon.close());
