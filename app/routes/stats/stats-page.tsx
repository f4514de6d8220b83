import { DailyChart } from "./daily-chart.tsx";
import type { Stats } from "./stats.server.ts";
import { UsersTable } from "./users-table.tsx";

export function StatsPage({ totals, days, chart, users }: Stats) {
  return (
    <>
      <h1>Statistics</h1>
      <dl className="totals">
        <Total label="Users" value={totals.users.toLocaleString("en")} />
        <Total label="Todos" value={totals.todos.toLocaleString("en")} />
        <Total label="Completed" value={totals.complete.toLocaleString("en")} />
        <Total label="Share completed" value={totals.share} />
      </dl>
      <section aria-labelledby="last-days">
        <h2 id="last-days">The last 30 days</h2>
        <DailyChart chart={chart} days={days} />
      </section>
      <UsersTable {...users} />
    </>
  );
}

function Total({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
