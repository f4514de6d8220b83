import { expect, onTestFinished, test } from "vitest";
import { environment } from "#app/platform/environment.server.ts";
import { requestContext } from "#app/platform/request-context.server.ts";
import { servePage } from "./served-page.ts";

test.each([
  [0, "127.0.0.1"],
  [1, "192.0.2.3"],
  [2, "192.0.2.2"],
  [9, "192.0.2.1"],
])("behind %i proxies the client is at %s, whatever it claims", async (hops, address) => {
  const { trustProxyHops } = environment();
  onTestFinished(() => {
    environment().trustProxyHops = trustProxyHops;
  });
  environment().trustProxyHops = hops;
  const origin = await servePage({ loader: () => new Response(requestContext()?.clientAddress) });
  const headers = { "X-Forwarded-For": "192.0.2.1, 192.0.2.2, 192.0.2.3" };
  expect(await (await fetch(`${origin}/page`, { headers })).text()).toBe(address);
});
