import { environment } from "#app/platform/environment.server.ts";
import { neon } from "./neon/neon.server.ts";
import type { AuthProvider } from "./provider/auth-provider.ts";
import { stack } from "./stack/stack.server.ts";

export function authProvider(): AuthProvider {
  return environment().neonAuthUrl === undefined ? stack : neon;
}
