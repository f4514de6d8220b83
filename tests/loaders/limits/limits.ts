import { expect } from "vitest";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { countLimits } from "#app/limits/shared-counts.server.ts";
import { Browser, runSql } from "#tests/loaders/browser.ts";

export const defaultWaitMs = countLimits.waitMs;
countLimits.waitMs = 60_000;

export const password = "correct horse";

export function newEmail(): string {
  return `${crypto.randomUUID()}@example.com`;
}

/** Tries wrong passwords, one after the other. @returns the statuses */
export async function guess(email: string, times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let time = 0; time < times; time++) {
    statuses.push((await new Browser().signIn({ email, password: "wrong horse" })).status);
  }
  return statuses;
}

/** A status, repeated. */
export function times(count: number, status: number): number[] {
  return Array.from({ length: count }, () => status);
}

/** The error shown at a limit that lasts about this many more seconds. */
export async function told(answer: Response, seconds: number): Promise<RefusedForm> {
  expect(answer.status).toBe(429);
  const retryAfter = Number(answer.headers.get("Retry-After"));
  expect(retryAfter).toBeLessThanOrEqual(seconds);
  expect(retryAfter).toBeGreaterThan(seconds - 30);
  return answer.json();
}

/** As if every client that was counted had tried this often. */
export async function countTo(points: number): Promise<void> {
  await runSql(`update request_limits set points = ${points}`);
}

/** Lets time pass for the counts in Postgres. */
export async function pass(minutes: number): Promise<void> {
  await runSql(`update request_limits set expires_at = expires_at - interval '${minutes} minutes'`);
}
