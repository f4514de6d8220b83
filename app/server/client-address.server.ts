import type { IncomingMessage } from "node:http";
import proxyAddr from "proxy-addr";

/**
 * The address that a request came from. Each proxy adds the one it was called from to `X-Forwarded-For`; what
 * stands before those of our own proxies is the client's to write.
 * @param trustProxyHops how many proxies of ours stand in front
 */
export function clientAddress(request: IncomingMessage, trustProxyHops: number): string {
  return proxyAddr(request, (_, hop) => hop < trustProxyHops);
}
