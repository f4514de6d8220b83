import { type Client, connectClient } from "#app/db/database.server.ts";

/** For `await using`. @throws {DatabaseFault} */
export async function openSession(url: string): Promise<Client & AsyncDisposable> {
  const client = await connectClient(url);
  const ended = new Promise<void>((resolve) => client.once("end", resolve));
  return Object.assign(client, {
    async [Symbol.asyncDispose]() {
      // The promise of the driver's `end` never settles when the connection was lost before.
      client.end();
      await ended;
    },
  });
}
