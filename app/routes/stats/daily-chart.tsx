import { useId } from "react";
import type { Stats } from "./stats.server.ts";

const name = "Todos created and completed per day";

export function DailyChart({ chart, days }: Pick<Stats, "chart" | "days">) {
  const id = useId();
  const { paths, xTicks, yTicks, columns, description } = chart;
  return (
    <figure className="chart">
      <figcaption className="chart-keys">
        <Key className="created" label="Created" />
        <Key className="completed" label="Completed" />
      </figcaption>
      <div className="plot">
        <svg role="img" aria-labelledby={`${id}-name`} aria-describedby={`${id}-description`}>
          <title id={`${id}-name`}>{name}</title>
          <desc id={`${id}-description`}>{description}</desc>
          <text x="-40" y="-14">
            Todos
          </text>
          {yTicks.map(({ y, label }) => (
            <g key={label} className="y-tick">
              <line x2="100%" y1={`${y}%`} y2={`${y}%`} />
              <text x="-8" y={`${y}%`} dy="0.32em">
                {label}
              </text>
            </g>
          ))}
          {xTicks.map(({ x, label }) => (
            <g key={label} className="x-tick">
              <line x1={`${x}%`} x2={`${x}%`} y1="100%" y2="100%" />
              <text x={`${x}%`} y="100%" dy="1.6em">
                {label}
              </text>
            </g>
          ))}
          <text x="100%" y="100%" dy="3.1em" className="x-name">
            Day (UTC)
          </text>
          <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
            <path d={paths.createdArea} className="created-area" />
            <path d={paths.created} className="created" />
            <path d={paths.completed} className="completed" />
          </svg>
          {columns.map(({ x, width, label }) => (
            <rect key={x} x={`${x}%`} width={`${width}%`} height="100%" className="day">
              <title>{label}</title>
            </rect>
          ))}
        </svg>
      </div>
      <details>
        <summary>The same as a table</summary>
        <table>
          <caption className="visually-hidden">{name}</caption>
          <thead>
            <tr>
              <th scope="col">Day (UTC)</th>
              <th scope="col" className="number">
                Created
              </th>
              <th scope="col" className="number">
                Completed
              </th>
            </tr>
          </thead>
          <tbody>
            {days.map(({ day, created, completed }) => (
              <tr key={day}>
                <th scope="row">
                  <time dateTime={day}>{day}</time>
                </th>
                <td className="number">{created.toLocaleString("en")}</td>
                <td className="number">{completed.toLocaleString("en")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function Key({ className, label }: { className: string; label: string }) {
  return (
    <span>
      <svg viewBox="0 0 32 8" width="32" height="8" aria-hidden="true">
        <path d="M0 4h32" className={className} />
      </svg>
      {label}
    </span>
  );
}
