import { z } from "zod";
import { addUser } from "../accounts.ts";
import { json, success } from "../answers.ts";
import type { Backend } from "../backend.ts";
import { checkCallbackUrl } from "../callback-urls.ts";
import { mailCode } from "../emailed-codes.ts";
import {
  emailPasswordMismatch,
  passwordConfirmationMismatch,
  schemaError,
  signUpNotEnabled,
  userDoesNotHavePassword,
} from "../known-errors.ts";
import {
  checkNewPassword,
  checkPasswordsAllowed,
  hashPassword,
  isPassword,
  longestPassword,
} from "../passwords.ts";
import { clientOrHigher, endpoint } from "../requests.ts";
import { sessionByRefreshToken } from "../sessions.ts";
import { signedIn, signedInByUser } from "../sign-in.ts";
import { changePassword } from "../user-changes.ts";
import { credentialsByEmail, passwordHashOf } from "../users.ts";
import { email, normalized, signUpEmail, url } from "../validation.ts";

const signUpBody = z.strictObject({
  email: signUpEmail,
  password: z.string().max(longestPassword),
  verification_callback_url: url.optional(),
  bot_challenge_token: z.string().optional(),
  bot_challenge_phase: z.enum(["invisible", "visible"]).optional(),
  bot_challenge_unavailable: z.literal("true").optional(),
});

const signInBody = z.strictObject({
  email,
  password: z.string().max(longestPassword),
});

const updateBody = z.strictObject({
  old_password: z.string().max(longestPassword),
  new_password: z.string(),
});

export const passwordEndpoints = (backend: Backend) => [
  endpoint(backend, "post", "/auth/password/sign-up", clientOrHigher, async (call) => {
    const { email, password, verification_callback_url: callbackUrl } = call.body(signUpBody);
    checkPasswordsAllowed(backend.settings);
    if (callbackUrl !== undefined) checkCallbackUrl(backend.settings, callbackUrl);
    if (!backend.settings.allowsSignUp) throw signUpNotEnabled();
    checkNewPassword(password);
    const user = await addUser(backend, {
      primary_email: normalized(email),
      primary_email_auth_enabled: true,
      password_hash: await hashPassword(password),
    });
    if (callbackUrl !== undefined) {
      // As typed, like Stack: an address with a capital letter is not found later, so its code verifies nothing.
      await mailCode(backend, "e-mail verification", { email, userId: user.id }, callbackUrl);
    }
    return json({ ...(await signedIn(backend, call.request, user.id)), user_id: user.id });
  }),

  endpoint(backend, "post", "/auth/password/sign-in", clientOrHigher, async (call) => {
    const { email, password } = call.body(signInBody);
    checkPasswordsAllowed(backend.settings);
    const [credentials] = await backend.database.query(credentialsByEmail(normalized(email)));
    const { user_id: userId, password_hash: hash } = credentials ?? {};
    if (!userId || !hash || !(await isPassword(password, hash))) throw emailPasswordMismatch();
    return json({ ...(await signedInByUser(backend, call.request, userId)), user_id: userId });
  }),

  endpoint(backend, "post", "/auth/password/update", clientOrHigher, async ({ caller, request, body }) => {
    if (!caller.user) throw schemaError(request, ["auth.user must be defined"]);
    const { old_password: old, new_password: wanted } = body(updateBody);
    checkPasswordsAllowed(backend.settings);
    checkNewPassword(wanted);
    const [stored] = await backend.database.query(passwordHashOf(caller.user.id));
    if (!stored?.password_hash) throw userDoesNotHavePassword();
    if (!(await isPassword(old, stored.password_hash))) throw passwordConfirmationMismatch();

    const refreshToken = request.headers.get("x-stack-refresh-token");
    const [kept] = refreshToken ? await backend.database.query(sessionByRefreshToken(refreshToken)) : [];
    const hash = await hashPassword(wanted);
    await backend.database.query(changePassword(caller.user.id, hash, kept?.id ?? null));
    return success();
  }),
];
