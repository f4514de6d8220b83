import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import sql from "sql-template-tag";
import { z } from "zod";
import { connectDatabase, type Database } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import { logOutage } from "#app/platform/log.server.ts";

/** What somebody who signs in waits for a count at most: Stack has not been asked by then. */
const timeLimitMs = 2_000;
/** A database that hangs is left alone for as long, rather than have everybody wait for it. */
const pauseMs = 5_000;
let pausedUntil = 0;

const countRow = z.object({ points: z.number(), msBeforeNext: z.number() });

/** How often something may be done in how long. */
export interface CountOptions {
  keyPrefix: string;
  points: number;
  /** In seconds, from the first time. */
  duration: number;
  /** From as many on this process answers by itself until the time is over: only for what is never given back. */
  inMemoryBlockOnConsumed?: number;
}

/**
 * Counts in Postgres, for all processes together, with the database's clock; while that cannot be reached, in the
 * memory of this process. The library's own statements are replaced by ours: it would send them by a client of its
 * own, and nothing would check them against the schema.
 */
export class SharedCounts extends RateLimiterPostgres {
  constructor(options: CountOptions) {
    super({
      ...options,
      tableCreated: true,
      clearExpiredByTimeout: false,
      insuranceLimiter: new RateLimiterMemory(options),
      // It must be something, and is not used.
      storeClient: {},
      storeType: "pool",
    });
  }

  /** The library's name for counting some points, less than none when they are given back. */
  async _upsert(key: string, points: number, durationMs: number): Promise<z.infer<typeof countRow>> {
    const [counted] = await query(addPoints(key, points, durationMs));
    if (!counted) throw new Error("Counting returned no row");
    return counted;
  }

  async _delete(key: string): Promise<boolean> {
    return (await query(deleteCount(key))).length > 0;
  }

  _getRateLimiterRes(_key: string, _points: number, counted: z.infer<typeof countRow>): RateLimiterRes {
    return new RateLimiterRes(
      Math.max(this.points - counted.points, 0),
      counted.msBeforeNext,
      counted.points,
    );
  }
}

let current: Database | undefined;

/** @throws whatever is wrong, for which the library then has its insurance */
const query: Database["query"] = async (wanted) => {
  if (Date.now() < pausedUntil) throw new Error("The database is left alone for a moment");
  current ??= connectDatabase(environment().databaseUrl, timeLimitMs);
  try {
    return await current.query(wanted);
  } catch (error) {
    pausedUntil = Date.now() + pauseMs;
    logOutage("Counting for a limit", error);
    throw error;
  }
};

/** In one statement, so that those who come at the same moment are counted one after the other. */
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
