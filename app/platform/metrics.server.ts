import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/**
 * What Prometheus reads at `/metrics`. Each value is handed over where it is known anyway, in one line.
 *
 * Labels hold names from our code only: never what a client sent, an id, or an address. Each new value is a series that
 * Prometheus keeps, and that anyone with access to a dashboard can read.
 */
export const registry: Registry = new Registry();
const registers = [registry];

/** Seconds. */
const short = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const metrics = {
  requests: new Histogram({
    name: "todos_request_duration_seconds",
    help: "Requests by the pattern of their route, up to the end of the answer; for streams, up to its beginning",
    labelNames: ["method", "route", "status"],
    buckets: short,
    registers,
  }),
  openPages: new Gauge({ name: "todos_open_pages", help: "Streams of open pages", registers }),
  people: new Gauge({ name: "todos_people", help: "Users with an open page", registers }),
  eventDelivery: new Histogram({
    name: "todos_event_delivery_seconds",
    help: "From hearing of a change to having sent it to every open page",
    buckets: short,
    registers,
  }),
  held: new Gauge({
    name: "todos_queue_held",
    help: "Work for a service that is running or waiting, by queue",
    labelNames: ["queue"],
    registers,
  }),
  waited: new Histogram({
    name: "todos_queue_wait_seconds",
    help: "How long work waited for its turn, by queue",
    labelNames: ["queue"],
    buckets: short,
    registers,
  }),
  full: new Counter({
    name: "todos_queue_full_total",
    help: "Work that was refused because too much was waiting, by queue",
    labelNames: ["queue"],
    registers,
  }),
  roundTrips: new Histogram({
    name: "todos_database_round_trip_seconds",
    help: "Queries sent to the database",
    labelNames: ["outcome"],
    buckets: short,
    registers,
  }),
  stackCalls: new Histogram({
    name: "todos_stack_call_seconds",
    help: "Requests to Stack Auth: answered, refused, or failed",
    labelNames: ["outcome"],
    buckets: short,
    registers,
  }),
  limits: new Counter({
    name: "todos_limits_reached_total",
    help: "Attempts that a limit stopped",
    labelNames: ["limit"],
    registers,
  }),
};

/** Node's own: event loop lag, memory, garbage collection. They need timers, so only a server starts them. */
export function watchProcess(): void {
  collectDefaultMetrics({ register: registry });
}

/** @param startedAt of `performance.now()` */
export function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1_000;
}
