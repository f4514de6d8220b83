/** The process is up. Says nothing of the database: `/readyz` does. */
export function loader() {
  return new Response("ok\n", { headers: { "Cache-Control": "no-store", "Content-Type": "text/plain" } });
}
