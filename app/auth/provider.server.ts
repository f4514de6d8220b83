import type { AuthProvider } from "./provider/auth-provider.ts";
import { stack } from "./stack/stack.server.ts";

/** The provider that this process is configured with. */
export function authProvider(): AuthProvider {
  return stack;
}
