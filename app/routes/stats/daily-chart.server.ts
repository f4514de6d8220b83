import { scaleLinear, scaleUtc } from "d3-scale";
import { area, line } from "d3-shape";
import type { Day } from "./queries.server.ts";

const wanted = { xTicks: 5, yTicks: 4 };

const shortDay = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const longDay = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "UTC" });
const compact = new Intl.NumberFormat("en", { notation: "compact" });
const grouped = new Intl.NumberFormat("en");

/**
 * On the server, so that the browser needs no charting library. Places are percentages of the width from the left and
 * of the height from the top, so that the chart fits any screen while its words keep their size; paths are drawn in a
 * square of 100 by 100.
 */
export function toDailyChart(days: Day[]) {
  const points = days.map((each) => ({ ...each, start: Date.parse(each.day) }));
  const first = points.at(0)?.start ?? 0;
  const last = points.at(-1)?.start ?? 0;
  const most = Math.max(1, ...points.map(({ created, completed }) => Math.max(created, completed)));
  const width = 100 / Math.max(1, points.length);
  const x = scaleUtc([first, last], [width / 2, 100 - width / 2]);
  const y = scaleLinear([0, most], [100, 0]).nice(wanted.yTicks);

  type Point = (typeof points)[number];
  const place = ({ start }: Point) => x(start);
  const lineOf = (value: (point: Point) => number) =>
    line<Point>(place, (point) => y(value(point))).digits(2)(points) ?? "";
  return {
    paths: {
      created: lineOf(({ created }) => created),
      createdArea: area<Point>(place, 100, ({ created }) => y(created)).digits(2)(points) ?? "",
      completed: lineOf(({ completed }) => completed),
    },
    xTicks: x.ticks(wanted.xTicks).map((tick) => ({ x: rounded(x(tick)), label: shortDay.format(tick) })),
    yTicks: y
      .ticks(wanted.yTicks)
      .filter(Number.isInteger)
      .map((tick) => ({ y: rounded(y(tick)), label: compact.format(tick) })),
    columns: points.map(({ start, created, completed }) => ({
      x: rounded(x(start) - width / 2),
      width: rounded(width),
      label: `${longDay.format(start)} (UTC): ${grouped.format(created)} created, ${grouped.format(completed)} completed`,
    })),
    description: describe(points),
  };
}

/** For screen readers. The table has every number. */
function describe(points: (Day & { start: number })[]): string {
  const [first, last] = [points.at(0), points.at(-1)];
  if (!first || !last) return "There are no days to show.";
  const span = `From ${longDay.format(first.start)} to ${longDay.format(last.start)}`;
  const series = (["created", "completed"] as const).map((name) => {
    const total = points.reduce((sum, point) => sum + point[name], 0);
    const top = points.reduce((best, point) => (point[name] > best[name] ? point : best));
    const peak =
      total > 0 ? `, most of them on ${longDay.format(top.start)}: ${grouped.format(top[name])}` : "";
    return `${grouped.format(total)} todos were ${name}${peak}.`;
  });
  return `${span}, days in UTC. ${series.join(" ")}`;
}

function rounded(percent: number): number {
  return Math.round(percent * 100) / 100;
}
