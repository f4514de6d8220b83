import { index, type RouteConfig, route } from "@remix-run/route-config";

export default [
  index("routes/todos/route.tsx"),
  route("sign-up", "routes/sign-up.tsx"),
  route("sign-in", "routes/sign-in.tsx"),
  route("forgot-password", "routes/forgot-password.tsx"),
  route("reset-password", "routes/reset-password.tsx"),
  route("magic-link", "routes/magic-link.tsx"),
  route("sign-out", "routes/sign-out.ts"),
  route("verify-email", "routes/verify-email.tsx"),
  route("auth/:provider", "routes/auth.provider.tsx"),
  route("auth/:provider/callback", "routes/auth.provider.callback.ts"),
  route("account", "routes/account/route.tsx"),
  route("export.json", "routes/export/json.ts"),
  route("export.csv", "routes/export/csv.ts"),
  route("theme", "routes/theme.ts"),
  route("webhooks/stack", "routes/webhooks.stack.ts"),
  route("events", "routes/events.ts"),
  route("stats", "routes/stats/route.tsx"),
  route("stats.csv", "routes/stats/csv.ts"),
  route("livez", "routes/livez.ts"),
  route("readyz", "routes/readyz.ts"),
] satisfies RouteConfig;
