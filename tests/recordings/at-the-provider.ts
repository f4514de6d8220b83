import { z } from "zod";
import type { Exchange } from "./exchanges.ts";
import type { Replay } from "./replay.ts";

/**
 * Lets a person sign in at the provider, for a callback that brings the code.
 * @param email as recorded; the recording does not tell all
 */
export async function chooseAtProvider(replay: Replay, callback: Exchange, email: string): Promise<void> {
  const { provider, index, code } = partsOf(callback);
  const { headers } = await replay.send({
    method: "POST",
    path: `/oauth-provider/auth?client_id=${provider}&response_type=code&redirect_uri=<encoded_api_url>${encodeURIComponent(`/api/v1/auth/oauth/callback/${provider}`)}&code_challenge_method=S256&code_challenge=<inner_challenge:${index}>&state=<inner_state:${index}>`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ email: replay.rename(email) }).toString(),
  });
  const given = new URL(headers.location ?? "").searchParams.get("code");
  replay.placeholders.bind(z.string().parse(code), z.string().parse(given));
}

/** Asks for the sign-in that a callback belongs to, where that was not recorded. */
export async function authorize(replay: Replay, callback: Exchange): Promise<void> {
  const { provider, index } = partsOf(callback);
  const { headers } = await replay.send({
    method: "GET",
    path: `/api/v1/auth/oauth/authorize/${provider}?client_id=<project_id>&client_secret=<publishable_client_key>&redirect_uri=http%3A%2F%2Flocalhost%3A8150%2Fhandler%2Foauth-callback&scope=legacy&state=st&grant_type=authorization_code&code_challenge=&code_challenge_method=S256&response_type=code`,
    headers: {},
    body: null,
  });
  const state = new URL(headers.location ?? "").searchParams.get("state");
  replay.placeholders.bind(`<inner_state:${index}>`, z.string().parse(state));
}

function partsOf({ request }: Exchange) {
  return {
    provider: /callback\/(\w+)/.exec(request.path)?.[1],
    index: /<inner_state:(\d+)>/.exec(request.path)?.[1],
    code: /<authorization_code:\d+>/.exec(request.path)?.[0],
  };
}
