import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { DeadEnd } from "#app/components/dead-end.tsx";
import { Frame } from "#app/components/frame.tsx";
import { SignedIn } from "#app/components/signed-in.tsx";
import { Unavailable } from "#app/components/unavailable.tsx";
import { documentHeaders, personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { readStats, type Stats } from "./stats.server.ts";
import { StatsPage } from "./stats-page.tsx";

type Data =
  | { view: "stats"; email: string | null; stats: Stats }
  | { view: "refused"; email: string | null }
  | { view: "unavailable"; message: string };

export const meta: MetaFunction<() => Promise<Data>> = ({ data }) => [
  { title: data?.view === "refused" ? "Not allowed · Todos" : "Statistics · Todos" },
];

export const headers = documentHeaders;

export async function loader({ request }: LoaderFunctionArgs) {
  const read = await readStats(request);
  switch (read.view) {
    case "signed out":
      return read.answer;
    case "unavailable": {
      const headers = retryHeaders(read.retryAfter);
      const data: Data = { view: "unavailable", message: read.message };
      return Response.json(data, { status: 503, headers });
    }
    case "refused": {
      const data: Data = { view: "refused", email: read.email };
      return Response.json(data, { status: 403, headers: personalHeaders(read.setCookie) });
    }
    case "admin": {
      const data: Data = { view: "stats", email: read.email, stats: read.data };
      return Response.json(data, { headers: personalHeaders(read.setCookie) });
    }
  }
}

export default function StatsRoute() {
  const data = useLoaderData<Data>();
  switch (data.view) {
    case "stats":
      return (
        <Frame account={<SignedIn email={data.email} isAdmin />}>
          <StatsPage {...data.stats} />
        </Frame>
      );
    case "refused":
      return (
        <Frame account={<SignedIn email={data.email} isAdmin={false} />}>
          <DeadEnd
            title="Not allowed"
            message="The statistics are for admins. Ask one of them if you should be one, too."
          />
        </Frame>
      );
    case "unavailable":
      return <Unavailable title="Statistics" message={data.message} />;
  }
}
