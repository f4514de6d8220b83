import { neonConfig } from "@neondatabase/serverless";
import { setupServer } from "msw/node";
import sql, { type Sql } from "sql-template-tag";
import { afterAll, afterEach, expect, inject } from "vitest";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";
import { databaseIn, neonUrl } from "#tests/mocks/neon/address.ts";
import { createNeonStandIn } from "#tests/mocks/neon/sql-over-http.ts";

/** This test file's database by TCP, and as if it were Neon's. */
export const tcpUrl = process.env.DATABASE_URL ?? "";
export const url = neonUrl(databaseIn(tcpUrl));

const standIn = createNeonStandIn(inject("adminUrl"));

/** Neon's API in this process; `network.use(…)` lets it fail until the end of the test. */
export const network = setupServer(...standIn.handlers);
network.listen({ onUnhandledRequest: "error" });

afterEach(() => network.resetHandlers());
afterEach(() => expect(neonConfig.fetchFunction).toBeUndefined());
afterAll(async () => {
  network.close();
  await standIn.close();
});

/** A statement whose rows are taken as they come. */
export const ask = (command: Sql) => statement(z.unknown(), command);
export const one = ask(sql`select 1 as one`);
