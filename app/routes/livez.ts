/** The process is up, whether or not its database is: see `/readyz`. */
export function loader() {
  return new Response("ok\n", { headers: { "Cache-Control": "no-store", "Content-Type": "text/plain" } });
}
