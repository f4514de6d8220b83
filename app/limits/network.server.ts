import { isIPv6 } from "node:net";

/**
 * The network that belongs to one client: his address, or of an IPv6 one the first half, the /64 in which he may take
 * any address that he likes. An IPv4 address in the clothes of IPv6, as sockets that take both have them, is itself.
 */
export function networkOf(address: string): string {
  if (/^::ffff:/i.test(address)) return address.slice("::ffff:".length);
  const [unscoped = ""] = address.split("%");
  if (!isIPv6(unscoped)) return address;
  // In a URL it stands in lower case, without leading zeros, and all of its groups are hexadecimal.
  const [head = "", tail = ""] = new URL(`http://[${unscoped}]`).hostname.slice(1, -1).split("::");
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return `${[...before, ...zeros, ...after].slice(0, 4).join(":")}::/64`;
}

function groups(part: string): string[] {
  return part === "" ? [] : part.split(":");
}
