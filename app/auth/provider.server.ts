import type { AuthProvider } from "./provider/auth-provider.ts";
import { stack } from "./stack/stack.server.ts";

/** Another provider would be chosen here. */
export function authProvider(): AuthProvider {
  return stack;
}
