import { decodeJwt } from "jose";
import { z } from "zod";
import { authorize, chooseAtProvider } from "./at-the-provider.ts";
import type { Exchange, Json } from "./exchanges.ts";
import type { Replay } from "./replay.ts";

const alice = { email: "alice-4ng6g3@example.com", password: "Correct-horse-9" };
const selfDeleter = { email: "self-xauueh@example.com", password: "Correct-horse-9" };
const forgetful = {
  email: "pw-egnzxu@example.com",
  password: "Correct-horse-9",
  newPassword: "Brand-new-pass-1",
};

const magicLinkUser = { email: "otp-kb6y3h@example.com" };
const githubUser = "gh-5hnzmd@example.com";
const passwordUser = { email: "pwoa-8svnam@example.com", password: "Correct-horse-9" };
/** In the project that requires it, the one whose e-mail address has been verified. */
const verifiedUser = { email: "res-4ezcyw@example.com" };

/** Two of the recording's names: what the tokens of a session are called there. */
type TokenNames = [access?: string | undefined, refresh?: string];

/** What happened before an exchange without being recorded, by the exchange's name. */
export const preparations: Record<string, (replay: Replay, exchange: Exchange) => Promise<void>> = {
  "1. password sign-up / sign-in: sign-in wrong password": async (replay) => {
    // One session of Alice's in "4. sessions" comes from an exchange that is left out of the recording.
    await signIn(replay, alice, []);
  },

  "2. token refresh: refresh (client access, only x-stack-refresh-token)": async (replay) => {
    await signIn(replay, alice, ["<access_token:17>", "<refresh_token:9>"]);
  },

  "3. users: GET users/me (client)": async (replay) => {
    await signIn(replay, alice, ["<access_token:18>", "<refresh_token:10>"]);
  },

  "3. users: GET users/me, bad signature": async ({ standIn, placeholders }) => {
    const { sub = "" } = decodeJwt(placeholders.filled("<access_token:18>"));
    placeholders.bind("<access_token:bad_signature>", await standIn.signAccessToken({ sub }, "stranger"));
  },

  "3. users: GET users/me, EXPIRED access token": async ({ standIn, placeholders }, { response }) => {
    const { details } = expiredTokenBody.parse(response.body);
    const claims = tokenClaims.parse(decodeJwt(placeholders.filled("<access_token:2>")));
    const exp = Math.floor(Date.now() / 1_000) - 60;
    placeholders.bind("<access_token:expired>", await standIn.signAccessToken({ ...claims, exp }));
    placeholders.bind(details.refresh_token_id, claims.refresh_token_id);
    placeholders.bindTime(details.expired_at_millis, exp * 1_000);
  },

  "3. users: GET users/me, access token of another project": async ({ standIn, placeholders }) => {
    // Right for the project of the recording: it is the request that is for another one.
    const claims = tokenClaims.parse(decodeJwt(placeholders.filled("<access_token:18>")));
    placeholders.bind("<access_token:another_project>", await standIn.signAccessToken(claims));
  },

  "3. users: DELETE users/me (client)": async (replay) => {
    await signUp(replay, selfDeleter, ["<access_token:21>", "<refresh_token:12>"]);
  },

  "4. sessions: GET auth/sessions?user_id=me (client)": async (replay) => {
    const fromBrowser = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64)", "x-forwarded-for": "127.0.0.1" };
    await signIn(replay, alice, ["<access_token:23>", "<refresh_token:14>"], fromBrowser);
  },

  "4. sessions: sign out with an EXPIRED access token + refresh token": async (replay) => {
    await signIn(replay, alice, ["<access_token:24>", "<refresh_token:15>"]);
  },

  "magic link for a new e-mail: otp check-code": async (replay) => {
    const [mail] = await replay.mailsTo(magicLinkUser);
    const typed = /code: (\w{6})$/m.exec(mail?.text ?? "")?.[1];
    replay.placeholders.bind("<emailed_code:1>", replay.placeholders.filled(`${typed}<nonce:1>`));
  },

  "magic link for a new e-mail: otp sign-in, wrong OTP": async ({ placeholders }) => {
    // No code has an O, which looks like a 0.
    placeholders.bind("<emailed_code:2>", placeholders.filled("OOOOOO<nonce:1>"));
  },

  "magic link for an e-mail that exists with a password and is not verified: send-sign-in-code": async (
    replay,
  ) => {
    await signUp(replay, forgetful, ["<access_token:27>", "<refresh_token:19>"]);
  },

  "e-mail verification: check-code": (replay) => bindLinkedCode(replay, "<emailed_code:3>", forgetful),

  "password reset: reset/check-code": (replay) => bindLinkedCode(replay, "<emailed_code:5>", forgetful),

  "password reset: password/update (client, with both tokens)": async (replay) => {
    const renewed = { email: forgetful.email, password: forgetful.newPassword };
    await signIn(replay, renewed, [undefined, "<refresh_token:21>"]);
    await signIn(replay, renewed, ["<access_token:29>", "<refresh_token:20>"]);
  },

  "magic link for an e-mail that exists and is verified: otp sign-in of an existing user": (replay) =>
    bindLinkedCode(replay, "<emailed_code:6>", forgetful),

  "OAuth with an e-mail that exists with a password (not verified): authorize": async (replay) => {
    await signUp(replay, passwordUser, ["<access_token:34>"]);
  },

  "user denies at the provider: callback?error=access_denied": authorize,

  "user aborts at the provider: callback after the user aborted": authorize,

  "sign-up disabled: sign-up when sign-up is off": async ({ standIn }, { response }) => {
    // Recorded twice: of the first one the answer shows that sign-up was still on.
    standIn.settings.allowsSignUp = response.status === 200;
  },

  "sign-up disabled: password sign-in when passwords are off": async ({ standIn }) => {
    standIn.settings.allowsPasswords = false;
  },

  "sign-up disabled: then the right OTP (21 attempts counted)": async (replay) => {
    const body = { email: replay.rename(verifiedUser.email), callback_url: "http://localhost:8150/handler" };
    await post(replay, "/api/v1/auth/otp/send-sign-in-code", body);
    await bindLinkedCode(replay, "<emailed_code:7>", verifiedUser);
    const code = `OOOOOO${replay.placeholders.filled("<emailed_code:7>").slice(6)}`;
    for (let attempt = 1; attempt <= 20; attempt++) await post(replay, "/api/v1/auth/otp/sign-in", { code });
  },
};

/** Who comes back from the provider, by the section; not recorded of the last three. */
const atProvider: Record<string, string> = {
  "new user, GitHub": githubUser,
  "the same user again (existing account)": githubUser,
  "stack_response_mode=json, no cookie, sentinel secret (newer SDKs)": githubUser,
  "OAuth with an e-mail that exists with a password (not verified)": passwordUser.email,
  "a new user through google": "google@example.com",
  "type=link for that signed-in user": passwordUser.email,
  "untrusted redirect_uri": githubUser,
};
for (const [section, email] of Object.entries(atProvider)) {
  preparations[`${section}: callback (inner, provider to Stack)`] = (replay, exchange) =>
    chooseAtProvider(replay, exchange, email);
}

const expiredTokenBody = z.object({
  details: z.object({ expired_at_millis: z.number(), refresh_token_id: z.string() }),
});
const tokenClaims = z.object({ sub: z.string(), refresh_token_id: z.string() });
const newSession = z.object({ access_token: z.string(), refresh_token: z.string(), user_id: z.string() });

/** Names the code that the newest mail to somebody links to. */
async function bindLinkedCode(replay: Replay, name: string, who: { email: string }): Promise<void> {
  const [mail] = await replay.mailsTo(who);
  const code = new URL(mail?.links[0] ?? "").searchParams.get("code");
  replay.placeholders.bind(name, z.string().parse(code));
}

type Credentials = { email: string; password: string };

export const signUp = (replay: Replay, who: Credentials, names: TokenNames = []) =>
  enter(replay, "sign-up", who, names, {});

const signIn = (replay: Replay, who: Credentials, names: TokenNames, headers: Record<string, string> = {}) =>
  enter(replay, "sign-in", who, names, headers);

/** @returns the user's id */
async function enter(
  replay: Replay,
  how: "sign-up" | "sign-in",
  { email, password }: Credentials,
  [accessName, refreshName]: TokenNames,
  headers: Record<string, string>,
): Promise<string> {
  const credentials = { email: replay.rename(email), password };
  const { body } = await post(replay, `/api/v1/auth/password/${how}`, credentials, headers);
  const session = newSession.parse(body);
  if (accessName) replay.placeholders.bind(accessName, session.access_token);
  if (refreshName) replay.placeholders.bind(refreshName, session.refresh_token);
  return session.user_id;
}

/** Sends what was not recorded, as a client. */
function post(replay: Replay, path: string, body: Json, headers: Record<string, string> = {}) {
  const allHeaders = { ...replay.asClient, "content-type": "application/json", ...headers };
  return replay.send({ method: "POST", path, headers: allHeaders, body });
}
