import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import sql from "sql-template-tag";
import { z } from "zod";
import { database } from "#app/db/current.server.ts";
import { type Statement, statement } from "#app/db/statement.server.ts";
import { logOutage } from "#app/platform/log.server.ts";

/** Tests of anything else wait longer: a busy machine is no outage. */
export const countLimits = {
  /** The longest that a sign-in waits for a count, before it asks Stack. */
  waitMs: 2_000,
};
/** How long a database that hangs is not asked again: not every user should wait for it. */
const pauseMs = 5_000;
let pausedUntil = 0;

const countRow = z.object({ points: z.number(), msBeforeNext: z.number() });

interface CountOptions {
  keyPrefix: string;
  points: number;
  /** In seconds, from the first time. */
  duration: number;
  /** Nothing is given back: once the limit is reached, this process refuses by itself until the time is over. */
  isFinal?: boolean;
}

/**
 * Counts in Postgres, for all processes together and with the database's clock; while the database cannot be reached, in
 * the memory of this process. The library's RateLimiterPostgres sends statements of its own through a client of its own,
 * which nothing checks against the schema.
 */
export class SharedCounts {
  readonly #options: CountOptions;
  readonly #inMemory: RateLimiterMemory;

  constructor(options: CountOptions) {
    this.#options = options;
    this.#inMemory = new RateLimiterMemory(options);
  }

  /** @throws {RateLimiterRes} when the limit is reached */
  async consume(key: string): Promise<void> {
    const { points, isFinal } = this.#options;
    const known = isFinal ? await this.#inMemory.get(key) : null;
    if (known && known.consumedPoints > points) throw known;
    const counted = await this.#add(key, 1);
    if (!counted) await this.#inMemory.consume(key);
    else if (counted.points > points) {
      if (isFinal) await this.#inMemory.block(key, counted.msBeforeNext / 1_000);
      throw new RateLimiterRes(0, counted.msBeforeNext, counted.points);
    }
  }

  async reward(key: string): Promise<void> {
    if (!(await this.#add(key, -1))) await this.#inMemory.reward(key);
  }

  async delete(key: string): Promise<void> {
    if (!(await query(deleteCount(this.#rowOf(key))))) await this.#inMemory.delete(key);
  }

  async #add(key: string, points: number): Promise<z.infer<typeof countRow> | undefined> {
    const rows = await query(addPoints(this.#rowOf(key), points, this.#options.duration * 1_000));
    return rows?.[0];
  }

  #rowOf(key: string): string {
    return `${this.#options.keyPrefix}:${key}`;
  }
}

/** @returns undefined while the database cannot count */
async function query<Row>(wanted: Statement<Row>): Promise<Row[] | undefined> {
  if (Date.now() < pausedUntil) return undefined;
  try {
    return await database(countLimits.waitMs).query(wanted);
  } catch (error) {
    pausedUntil = Date.now() + pauseMs;
    logOutage("Counting for a limit", error);
    return undefined;
  }
}

/** In one statement, so that attempts at the same moment are counted one after the other. */
function addPoints(key: string, points: number, durationMs: number) {
  return statement(
    countRow,
    sql`
      with counted as (
        insert into request_limits as l (key, points, expires_at)
        values (
          ${key}::text,
          greatest(${points}::int, 0),
          now() + ${durationMs}::int * interval '1 millisecond'
        )
        on conflict on constraint request_limits_pkey do update
        set points = case
            when l.expires_at > now() then greatest(l.points + ${points}::int, 0)
            else excluded.points
          end,
          expires_at = case when l.expires_at > now() then l.expires_at else excluded.expires_at end
        returning l.points, l.expires_at
      )
      select
        c.points,
        coalesce(ceil(extract(epoch from c.expires_at - now()) * 1000)::int, 0) as "msBeforeNext"
      from counted c
    `,
  );
}

function deleteCount(key: string) {
  return statement(
    z.object({ key: z.string() }),
    sql`
      delete from request_limits
      where key = ${key}::text
      returning key
    `,
  );
}
