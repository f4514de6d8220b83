import { z } from "zod";
import { databaseUrl } from "./database-url.ts";
import { isLoopback, isNeonHost } from "./hosts.ts";

/** `.env.example` explains each variable. */
export interface Environment {
  databaseUrl: string;
  /** For LISTEN and migrations, which a transaction pooler cannot carry. */
  databaseUrlUnpooled: string;
  /** How many queries this process sends at once, over TCP on as many connections. */
  databasePoolMax: number;
  /** @throws {Error} where Neon Auth is chosen in its place */
  readonly stack: StackProject;
  /** The base URL of Neon Auth, without a trailing slash; undefined where a Stack project is chosen. */
  neonAuthUrl?: string | undefined;
  /** Scheme, host and port of the public site, without a trailing slash. */
  appOrigin: string;
  sessionSecret: string;
  /** Absent: there is no webhook route. */
  stackWebhookSecret?: string | undefined;
  /** Who may read `/metrics`. Absent: there is no such route. */
  metricsToken?: string | undefined;
  /** How many proxies in front of us are trusted to tell the client's address. */
  trustProxyHops: number;
  port: number;
  /** The address to listen on; absent: every interface. */
  host?: string | undefined;
  logLevel: "debug" | "info" | "warn" | "error";
}

export interface StackProject {
  /** Without a trailing slash. */
  apiUrl: string;
  projectId: string;
  publishableClientKey: string;
  secretServerKey: string;
}

/** Where users sign in. */
export type SignInService =
  | { stack: StackProject; neonAuthUrl?: undefined }
  | { stack?: undefined; neonAuthUrl: string };

export type Variables = Record<string, string | undefined>;

/** Names every missing or malformed variable at once. */
export class InvalidEnvironment extends Error {
  override name = "InvalidEnvironment";
  constructor(readonly problems: string[]) {
    super(`The configuration is incomplete:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
  }
}

const httpOrigin = z
  .string("is missing")
  .refine((value) => /^https?:$/.test(parseUrl(value)?.protocol ?? ""), "is not an http(s):// URL")
  .transform((value) => value.replace(/\/+$/, ""));

const stackSchema = z.object({
  STACK_PROJECT_ID: z.string("is missing"),
  STACK_PUBLISHABLE_CLIENT_KEY: z.string("is missing"),
  STACK_SECRET_SERVER_KEY: z.string("is missing"),
  STACK_API_URL: httpOrigin.default("https://api.stack-auth.com"),
});

const neonAuthSchema = z.object({
  NEON_AUTH_BASE_URL: httpOrigin
    // Passwords are sent there.
    .refine(
      (value) => /^https:/.test(value) || (URL.canParse(value) && isLoopback(value)),
      "is not an https:// URL",
    )
    .refine((value) => !/[?#@]/.test(value), "has to end with its path, such as /neondb/auth"),
});

const wholeNumber = z.coerce.number("is not a number").int("is not a whole number").min(0);

const databaseSchema = z.object({
  DATABASE_URL: databaseUrl,
  DATABASE_URL_UNPOOLED: databaseUrl.optional(),
});

const databasePoolSchema = z.object({
  DATABASE_POOL_MAX: wholeNumber.min(1, "must be 1 or more").default(10),
});

const schema = z.object({
  ...databaseSchema.shape,
  ...databasePoolSchema.shape,
  APP_ORIGIN: httpOrigin.refine(
    (value) => parseUrl(value)?.origin === value,
    "must be just an origin, such as https://todos.example.com",
  ),
  SESSION_SECRET: z
    .string("is missing")
    .min(32, "has to be at least 32 characters; `openssl rand -base64 32` makes a good one"),
  // Stricter than the library, which accepts a truncated secret as a shorter key, and then rejects every signature.
  STACK_WEBHOOK_SECRET: z
    .string()
    .regex(
      /^whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$/,
      "must be the signing secret of a webhook: whsec_ and then base64",
    )
    .optional(),
  METRICS_TOKEN: z.string().optional(),
  TRUST_PROXY_HOPS: wholeNumber.default(0),
  PORT: wholeNumber.max(65535).default(3000),
  HOST: z.string().optional(),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"], "must be debug, info, warn or error").default("info"),
});

/** @throws {InvalidEnvironment} */
export function readEnvironment(variables: Variables = process.env): Environment {
  const problems: string[] = [];
  const values = parsed(() => parse(schema, variables), problems);
  const service = parsed(() => chosenService(variables), problems);
  if (!values || !service) throw new InvalidEnvironment(problems);
  return {
    databaseUrl: values.DATABASE_URL,
    databaseUrlUnpooled: values.DATABASE_URL_UNPOOLED ?? withoutPooler(values.DATABASE_URL),
    databasePoolMax: values.DATABASE_POOL_MAX,
    get stack() {
      if (!service.stack) throw new Error("Neon Auth is chosen, so there is no Stack project");
      return service.stack;
    },
    neonAuthUrl: service.neonAuthUrl,
    appOrigin: values.APP_ORIGIN,
    sessionSecret: values.SESSION_SECRET,
    stackWebhookSecret: values.STACK_WEBHOOK_SECRET,
    metricsToken: values.METRICS_TOKEN,
    trustProxyHops: values.TRUST_PROXY_HOPS,
    port: values.PORT,
    host: values.HOST,
    logLevel: values.LOG_LEVEL,
  };
}

function chosenService(variables: Variables): SignInService {
  const { NEON_AUTH_BASE_URL, ...others } = cleaned(variables);
  const stackNames = [...Object.keys(stackSchema.shape), "STACK_WEBHOOK_SECRET"].filter(
    (name) => others[name],
  );
  if (!NEON_AUTH_BASE_URL) {
    if (stackNames.length > 0) return { stack: stackProjectOf(parse(stackSchema, variables)) };
    throw new InvalidEnvironment([
      "neither NEON_AUTH_BASE_URL nor STACK_PROJECT_ID is set: the first names a Neon Auth, the second, with its two " +
        "keys, a Stack project",
    ]);
  }
  if (stackNames.length > 0) {
    throw new InvalidEnvironment([
      `NEON_AUTH_BASE_URL and ${stackNames.join(", ")} are set, but users sign in at only one of the two: Neon Auth or Stack`,
    ]);
  }
  return { neonAuthUrl: parse(neonAuthSchema, variables).NEON_AUTH_BASE_URL };
}

/** @returns undefined after adding to the problems */
function parsed<Values>(read: () => Values, problems: string[]): Values | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidEnvironment)) throw error;
    problems.push(...error.problems);
  }
}

let current: Environment | undefined;

/** Read once. @throws {InvalidEnvironment} */
export function environment(): Environment {
  current ??= readEnvironment();
  return current;
}

/** Adds the variables of `.env`, if there is one, to those that are not set. */
export function loadDotEnv(): void {
  try {
    process.loadEnvFile(".env");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  exemptLoopbackFromProxies();
}

/**
 * With NODE_USE_ENV_PROXY, Node sends even requests to this machine through HTTP_PROXY. It reads NO_PROXY again for each
 * one, so this works in a process that is already running, and in its children.
 */
export function exemptLoopbackFromProxies(): void {
  const exempt = process.env.no_proxy ?? process.env.NO_PROXY ?? "";
  // Node takes a lone asterisk for every host, and one in a list for a name.
  if (exempt.trim() === "*") return;
  const hosts = exempt.split(/[\s,]+/).filter(Boolean);
  const all = [...new Set([...hosts, "localhost", "127.0.0.1", "[::1]", "::1"])].join(",");
  Object.assign(process.env, { NO_PROXY: all, no_proxy: all });
}

/** The database of migrations and commands, on its direct host. @throws {InvalidEnvironment} */
export function configuredDatabaseUrl(variables: Variables = process.env): string | undefined {
  const { DATABASE_URL, DATABASE_URL_UNPOOLED } = parse(databaseSchema.partial(), variables);
  return DATABASE_URL_UNPOOLED ?? (DATABASE_URL && withoutPooler(DATABASE_URL));
}

/** Commands need no more of the configuration than this and a URL. @throws {InvalidEnvironment} */
export function databasePoolMax(variables: Variables = process.env): number {
  return parse(databasePoolSchema, variables).DATABASE_POOL_MAX;
}

/** What names a service. */
export const serviceVariables = [
  "STACK_PROJECT_ID",
  "STACK_PUBLISHABLE_CLIENT_KEY",
  "STACK_SECRET_SERVER_KEY",
  "NEON_AUTH_BASE_URL",
];

/**
 * For commands that need nothing else.
 * @returns undefined when none of `serviceVariables` is set
 * @throws {InvalidEnvironment}
 */
export function configuredService(): SignInService | undefined {
  const variables = cleaned(process.env);
  return serviceVariables.some((name) => variables[name]) ? chosenService(variables) : undefined;
}

function parse<Values>(wanted: z.ZodType<Values>, variables: Variables): Values {
  const result = wanted.safeParse(cleaned(variables));
  if (result.success) return result.data;
  throw new InvalidEnvironment(
    result.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`),
  );
}

const trueOrFalse = z.enum(["true", "false"], "must be true or false").transform((value) => value === "true");

/** A blank variable is not set, hence `none`. */
const oauthProviders = z.string().transform((value, context) => {
  const names = value.trim() === "none" ? [] : value.split(",").map((name) => name.trim());
  const known = z.array(z.enum(["github", "google"])).safeParse([...new Set(names)]);
  if (known.success) return known.data;
  context.addIssue("must be a comma-separated list of github and google, or none");
  return z.NEVER;
});

const localSchema = z.object({
  PORT: schema.shape.PORT,
  LOCAL_DIR: z.string().default(".local"),
  LOCAL_AUTH: z.enum(["stack", "neon"], "must be stack or neon").default("stack"),
  LOCAL_SYNC_DELAY_MS: wholeNumber.max(600_000).default(300),
  LOCAL_REQUIRE_VERIFIED_EMAIL: trueOrFalse.default(false),
  LOCAL_ALLOW_SIGN_UP: trueOrFalse.default(true),
  LOCAL_ALLOW_PASSWORDS: trueOrFalse.default(true),
  LOCAL_ALLOW_MAGIC_LINKS: trueOrFalse.default(true),
  LOCAL_ALLOW_ACCOUNT_DELETION: trueOrFalse.default(true),
  LOCAL_OAUTH_PROVIDERS: oauthProviders.default(["github", "google"]),
  NODE_ENV: z.string().optional(),
  DATABASE_URL: z.string().optional(),
  STACK_PROJECT_ID: z.string().optional(),
  NEON_AUTH_BASE_URL: z.string().optional(),
});

/** What local mode's users sign in with: the stand-in for Stack Auth, or Better Auth as Neon runs it. */
export type LocalAuth = z.infer<typeof localSchema>["LOCAL_AUTH"];

/** The settings of local mode, and what decides between it and a real configuration. @throws {InvalidEnvironment} */
export function readLocalSettings(variables: Variables = process.env) {
  const local = parse(localSchema, variables);
  return {
    port: local.PORT,
    directory: local.LOCAL_DIR,
    auth: local.LOCAL_AUTH,
    syncDelayMs: local.LOCAL_SYNC_DELAY_MS,
    /** Better Auth has neither magic links nor providers here. */
    authSettings: {
      requiresVerifiedEmail: local.LOCAL_REQUIRE_VERIFIED_EMAIL,
      allowsSignUp: local.LOCAL_ALLOW_SIGN_UP,
      allowsPasswords: local.LOCAL_ALLOW_PASSWORDS,
      allowsMagicLinks: local.LOCAL_ALLOW_MAGIC_LINKS,
      allowsAccountDeletion: local.LOCAL_ALLOW_ACCOUNT_DELETION,
      oauthProviders: local.LOCAL_OAUTH_PROVIDERS,
    },
    nodeEnv: local.NODE_ENV,
    databaseUrl: local.DATABASE_URL,
    stackProjectId: local.STACK_PROJECT_ID,
    neonAuthUrl: local.NEON_AUTH_BASE_URL,
  };
}

export function isStartedByNpm(): boolean {
  return process.env.npm_lifecycle_event !== undefined;
}

/** What a child process inherits. */
export function inheritedVariables(): Variables {
  // With VITEST set, remix.config.js leaves the Remix plugin out.
  const { VITEST, ...inherited } = cleaned(process.env);
  return inherited;
}

/** Local mode has its own database, auth service, and site. */
export function withoutConfiguration(variables: Variables): Variables {
  const configuration =
    /^(DATABASE_URL(_UNPOOLED)?|APP_ORIGIN|NEON_AUTH_BASE_URL|(NEXT_PUBLIC_|VITE_)?STACK_(API_URL|PROJECT_ID|PUBLISHABLE_CLIENT_KEY|SECRET_SERVER_KEY))$/;
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !configuration.test(name)));
}

function stackProjectOf(values: z.infer<typeof stackSchema>): StackProject {
  return {
    apiUrl: values.STACK_API_URL,
    projectId: values.STACK_PROJECT_ID,
    publishableClientKey: values.STACK_PUBLISHABLE_CLIENT_KEY,
    secretServerKey: values.STACK_SECRET_SERVER_KEY,
  };
}

/** LISTEN and migrations need the name of a Neon host without `-pooler`; other URLs stay as they are. */
function withoutPooler(url: string): string {
  const parsed = new URL(url);
  if (!isNeonHost(parsed)) return url;
  parsed.hostname = parsed.hostname.replace(/^([^.]+)-pooler\./, "$1.");
  return parsed.href;
}

/**
 * `FOO=` in a `.env` file means that FOO is not set. Neon's console prints the Stack variables under the names that
 * Next.js and Vite projects use.
 */
function cleaned(variables: Variables): Variables {
  const set = Object.entries(variables).filter(([, value]) => value?.trim());
  const plain = set.map(([name, value]) => [name.replace(/^(NEXT_PUBLIC|VITE)_(?=STACK_)/, ""), value]);
  return { ...Object.fromEntries(plain), ...Object.fromEntries(set) };
}

function parseUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}
