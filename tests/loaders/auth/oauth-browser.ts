import * as callbackRoute from "#app/routes/auth/oauth/callback.ts";
import * as startRoute from "#app/routes/auth/oauth/provider.tsx";
import * as signInRoute from "#app/routes/auth/password/sign-in.tsx";
import { Browser, whileSyncing } from "#tests/loaders/browser.ts";

/** A user's account at a provider. */
export interface Account {
  email: string;
  name?: string;
}

/** A browser that signs in through providers. */
export class OAuthBrowser extends Browser {
  /** Follows a link such as `Continue with GitHub`. */
  start(provider = "github", query = ""): Promise<Response> {
    return this.load(withProvider(startRoute.loader, provider), `/auth/${provider}${query}`);
  }

  /**
   * Comes back to the app from a provider.
   * @param syncDelayMs how long a new profile takes to arrive
   */
  comeBack(path: string, provider = "github", syncDelayMs = 0): Promise<Response> {
    return whileSyncing(syncDelayMs, () => this.load(withProvider(callbackRoute.loader, provider), path));
  }

  /** Comes back without requesting the page itself: by `HEAD` or prefetch. */
  peek(path: string, init: { method?: string; headers?: Record<string, string> }): Promise<Response> {
    const headers = { ...init.headers, ...(this.cookie && { Cookie: this.cookie }) };
    const request = new Request(`http://localhost:3000${path}`, { ...init, headers });
    return this.send(withProvider(callbackRoute.loader, "github"), request);
  }

  /** Follows the link, signs in at the provider, and comes back. */
  async signInThrough(provider: string, account: Account, query = ""): Promise<Response> {
    return this.comeBack(await atProvider(await this.start(provider, query), account), provider);
  }

  /** What the page that an answer leads to shows. */
  async signInPage(answer: Response): Promise<SignInPage> {
    const page = await this.load(signInRoute.loader, answer.headers.get("Location") ?? "");
    return page.json();
  }
}

interface SignInPage {
  redirectTo: string;
  problem?: string;
  providers: { id: string; name: string }[];
}

/**
 * Goes through Stack and the provider.
 * @param account the chosen one; undefined: the user cancels
 * @returns the path to which Stack sends the browser back
 */
export async function atProvider(answer: Response, account: Account | undefined): Promise<string> {
  const atStack = await fetch(locationOf(answer), { redirect: "manual" });
  const cookie = atStack.headers.getSetCookie().map((each) => each.split(";")[0]);
  const page = locationOf(atStack);
  const back = account ? await chosen(page, account) : await cancelled(page);
  const answered = await fetch(back, { redirect: "manual", headers: { Cookie: cookie.join("; ") } });
  const { origin, pathname, search } = new URL(locationOf(answered));
  if (origin !== "http://localhost:3000") throw new Error(`Stack leads to ${origin}`);
  return pathname + search;
}

async function chosen(page: string, { email, name = "" }: Account): Promise<string> {
  const body = new URLSearchParams({ email, name });
  return locationOf(await fetch(page, { method: "POST", body, redirect: "manual" }));
}

async function cancelled(page: string): Promise<string> {
  const html = await (await fetch(page)).text();
  const [, url = ""] = html.match(/<a href="([^"]+)">Cancel/) ?? [];
  return url.replaceAll("&amp;", "&");
}

function locationOf(answer: Response): string {
  const location = answer.headers.get("Location");
  if (!location) throw new Error(`an answer that leads nowhere: ${answer.status}`);
  return location;
}

type RouteLoader = typeof startRoute.loader | typeof callbackRoute.loader;

function withProvider(loader: RouteLoader, provider: string) {
  return ({ request }: { request: Request }) => loader({ request, params: { provider }, context: {} });
}
