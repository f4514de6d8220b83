import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { toSignIn } from "#app/auth/session/guard.server.ts";
import { DeadEnd } from "#app/components/dead-end.tsx";
import { Frame } from "#app/components/frame.tsx";
import { SignedIn } from "#app/components/signed-in.tsx";
import { Unavailable } from "#app/components/unavailable.tsx";
import { documentHeaders, personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
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
  try {
    const asked = await readStats(request);
    if (!asked.isSignedIn) return toSignIn(asked, "/stats");
    const { email, isAdmin } = asked.viewer;
    const data: Data = isAdmin ? { view: "stats", email, stats: asked.data } : { view: "refused", email };
    return Response.json(data, { status: isAdmin ? 200 : 403, headers: personalHeaders(asked.setCookie) });
  } catch (error) {
    const { status, message, retryAfter } = notNow("GET /stats", error);
    const data: Data = { view: "unavailable", message };
    return Response.json(data, { status, headers: retryHeaders(retryAfter) });
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
          <DeadEnd title="Not allowed" message="Only admins can see the statistics." />
        </Frame>
      );
    case "unavailable":
      return <Unavailable title="Statistics" message={data.message} />;
  }
}
