import { index, type RouteConfig, route } from "@remix-run/route-config";

export default [
  index("routes/todos/route.tsx"),
  route("sign-up", "routes/auth/password/sign-up.tsx"),
  route("sign-in", "routes/auth/password/sign-in.tsx"),
  route("forgot-password", "routes/auth/password/forgot-password.tsx"),
  route("reset-password", "routes/auth/password/reset-password.tsx"),
  route("magic-link", "routes/auth/magic-link/route.tsx"),
  route("sign-out", "routes/auth/sign-out.ts"),
  route("verify-email", "routes/auth/verify-email/route.tsx"),
  route("auth/:provider", "routes/auth/oauth/provider.tsx"),
  route("auth/:provider/callback", "routes/auth/oauth/callback.ts"),
  route("account", "routes/account/route.tsx"),
  route("export.json", "routes/export/json.ts"),
  route("export.csv", "routes/export/csv.ts"),
  route("theme", "routes/theme.ts"),
  route("webhooks/stack", "routes/webhooks/stack.ts"),
  route("events", "routes/events.ts"),
  route("stats", "routes/stats/route.tsx"),
  route("stats.csv", "routes/stats/csv.ts"),
  route("livez", "routes/livez.ts"),
  route("readyz", "routes/readyz.ts"),
] satisfies RouteConfig;
