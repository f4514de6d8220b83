import { QueueFull } from "#app/platform/bounded-queue.server.ts";
import { Fault, type TryLater } from "#app/platform/fault.server.ts";

/**
 * What can go wrong between us and Postgres, as far as callers can act on it:
 *
 * - `refused`: a constraint does not allow the change; `constraint` names it. Nothing was changed.
 * - `read-only`: it can be read but not changed, such as a hot standby or during maintenance. Nothing was changed.
 * - `unreachable`: there was no answer, or too many queries are waiting. Try again soon; a change may or may not have been
 *   made, unless `isUnsent`.
 * - `timed out`: our time limit or Postgres's was reached. The same applies.
 *
 * A missing row, or one that the actor may not change, is not a fault: the statement says so. Every other error is our
 * bug.
 */
export class DatabaseFault extends Fault {
  override name = "DatabaseFault";
  constructor(
    readonly kind: "refused" | "read-only" | "unreachable" | "timed out",
    readonly constraint: string | undefined,
    cause: unknown,
    /** It failed before Postgres was sent the statement: sending it again makes no change twice. */
    readonly isUnsent = false,
  ) {
    super(`The database: ${kind}${constraint ? ` by ${constraint}` : ""}`, { cause });
  }

  get tryLater(): TryLater | undefined {
    if (this.kind === "refused") return undefined;
    const message =
      this.kind === "read-only"
        ? "Todos cannot be changed right now, only read. Try again in a moment."
        : "The database cannot be reached right now. Try again in a moment.";
    return { status: 503, message, retryAfter: 5 };
  }
}

/** Other errors stay as they are. */
export function asDatabaseFault(error: unknown): unknown {
  if (error instanceof DatabaseFault) return error;
  if (error instanceof QueueFull) return new DatabaseFault("unreachable", undefined, error, true);
  const { code, constraint, message } = describe(error);
  if (code?.startsWith("23")) return new DatabaseFault("refused", constraint, error);
  if (code === "25006") return new DatabaseFault("read-only", undefined, error);
  if (code !== undefined && timedOutCodes.has(code)) return new DatabaseFault("timed out", undefined, error);
  if (code !== undefined && isUnreachable(code, message)) {
    return new DatabaseFault("unreachable", undefined, error, isUnsent(error, code));
  }
  if (code !== undefined) return error;
  if (causes(error).some((each) => each.name === "TimeoutError" || each.name === "AbortError")) {
    return new DatabaseFault("timed out", undefined, error);
  }
  if (causes(error).some(isNoAnswerOfPostgres)) {
    return new DatabaseFault("unreachable", undefined, error, isUnsent(error));
  }
  return error;
}

/**
 * Without a code it comes from Neon's proxy or another one, or from a connection that failed; the driver throws a
 * SyntaxError when an answer is not JSON.
 */
function isNoAnswerOfPostgres({ name = "", message = "" }: Described): boolean {
  return (
    /^(NeonDbError|SyntaxError)$/.test(name) ||
    /socket|Unexpected server response|Connection terminated/i.test(message)
  );
}

/** query_canceled (statement_timeout), lock_not_available, idle-in-transaction and transaction timeouts. */
const timedOutCodes = new Set(["57014", "55P03", "25P03", "25P04", "ETIMEDOUT"]);

/**
 * Class 08 (connection), 53 (insufficient resources), 57P (operator intervention), authentication and
 * a missing database while a restore swaps it, and the codes of Node's sockets and DNS. 55000 stands for
 * much else besides a database with `allow_connections false`.
 */
function isUnreachable(code: string, message = ""): boolean {
  if (code === "55000") return message.includes("not currently accepting connections");
  return /^(08|53|57P|28|3D)/.test(code) || /^(ECONN|EPIPE|EHOST|ENET|ENOTFOUND|EAI_|UND_ERR)/.test(code);
}

/**
 * Whether a statement certainly did not reach Postgres: no connection could be made, Postgres opened no session, or
 * Neon's proxy could not wake the compute up. A reset, or another answer of a proxy, may come after it did.
 */
function isUnsent(error: unknown, code = ""): boolean {
  return (
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|53300|57P03|55000|28|3D)/.test(code) ||
    causes(error).some(({ isUnsent, message = "" }) => isUnsent || notWokenUp.test(message))
  );
}

/** What Neon's proxy says instead of sending the statement on, with status 500 and no SQLSTATE of Postgres's. */
const notWokenUp = /Control plane request failed|Couldn't connect to compute node|Failed to acquire permit/;

interface Described {
  name?: string;
  message?: string;
  code?: string;
  constraint?: string;
  /** Of a ConnectionError of neonOverTcp. */
  isUnsent?: boolean;
}

/** The first error in the chain of causes that carries a code, SQLSTATE or Node's. */
function describe(error: unknown): Described {
  return causes(error).find(({ code }) => typeof code === "string" && code !== "") ?? {};
}

/**
 * An error and what caused it. The driver wraps the errors of `fetch` as `sourceError`, and rejects with the
 * event of a WebSocket that fails, which has an `error`.
 */
function causes(error: unknown): Described[] {
  const chain: Described[] = [];
  let each = error as (Described & { cause?: unknown; sourceError?: unknown; error?: unknown }) | undefined;
  while (each !== null && typeof each === "object" && chain.length < 5) {
    chain.push(each);
    each = (each.sourceError ?? each.cause ?? each.error) as typeof each;
  }
  return chain;
}
