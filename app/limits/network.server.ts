import ipaddr from "ipaddr.js";

/**
 * The network of one client: its IPv4 address, also where a socket for both has it as IPv6; or of an IPv6 address the
 * /64, in which a client can choose any address.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(":")}::/64`;
}
