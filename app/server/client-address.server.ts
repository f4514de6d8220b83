import type { IncomingMessage } from "node:http";
import proxyAddr from "proxy-addr";

/**
 * The address that a request came from. Each proxy appends the address that called it to `X-Forwarded-For`; what stands
 * before the entries of our own proxies is written by the client.
 * @param trustProxyHops how many proxies of ours are in front
 */
export function clientAddress(request: IncomingMessage, trustProxyHops: number): string {
  return proxyAddr(request, (_, hop) => hop < trustProxyHops);
}
