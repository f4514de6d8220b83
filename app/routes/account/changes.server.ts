import { redirect } from "@remix-run/node";
import { z } from "zod";
import { nameField, newPasswordField, passwordField } from "#app/auth/fields.server.ts";
import { profileOnly, readAsUser, toSignIn } from "#app/auth/session/guard.server.ts";
import { restrictedAnswer } from "#app/auth/session/restricted-answer.server.ts";
import { endSession, endSessionOfDeleted, renewTokens } from "#app/auth/session/session.server.ts";
import {
  changePassword,
  deleteAccount,
  deletionSwitchedOff,
  endOtherSessions,
  rename,
} from "#app/auth/stack/account.server.ts";
import { StackRefusal, type Tokens } from "#app/auth/stack/app.server.ts";
import { isSameEmail } from "#app/auth/stack/users.server.ts";
import { answerStackForm, type RefusedForm } from "#app/auth/stack-form.server.ts";
import { type Form, readForm } from "#app/http/form.server.ts";
import { personalHeaders } from "#app/http/headers.ts";
import { countChange, countingWrongPasswords } from "#app/limits/limits.server.ts";
import { log } from "#app/platform/log.server.ts";
import { untilNameArrives } from "#app/profiles/arrival.server.ts";

/** Who changes his account, and how Stack knows that it is he. */
interface Actor {
  userId: string;
  email: string | null;
  tokens: Tokens;
}

const words: Record<string, RefusedForm["errors"]> = {
  PASSWORD_CONFIRMATION_MISMATCH: { currentPassword: "That is not your password." },
  PASSWORD_TOO_SHORT: { newPassword: "A password has at least 8 characters." },
  PASSWORD_TOO_LONG: { newPassword: "A password has at most 70 characters." },
  PASSWORD_REQUIREMENTS_NOT_MET: { newPassword: "A password has 8 to 70 characters." },
  USER_DOES_NOT_HAVE_PASSWORD: { form: "Your account has no password yet. Set one by e-mail instead." },
  PASSWORD_AUTHENTICATION_NOT_ENABLED: { form: "Passwords are switched off here." },
  [deletionSwitchedOff]: {
    form: "Accounts cannot be deleted from here. Ask the people who run the site to delete yours.",
  },
};

/** Says in a refusal which form of the page it is about. */
const intent = z.string();
const anyForm = z.object({ intent, name: z.string(), email: z.string() }).partial();

/**
 * Answers a form of `/account`: 303 to the page that says what was done, 400 beside the field, 429, 503, or 303 to
 * where somebody signs in whose session or account is no more.
 */
export async function changeAccount(request: Request): Promise<Response> {
  const form = await readForm(request);
  // Who asks is settled before what he asks; a fault on the way keeps what was typed, as one does later.
  return answerStackForm(request, form ?? new Map(), {
    fields: anyForm,
    shownAgain: ["intent", "name", "email"],
    words: {},
    attempt: async () => {
      // The token of a session that was ended elsewhere stays valid for up to ten minutes: ask Stack.
      const { signedIn, ...who } = await renewTokens(request);
      if (signedIn?.token.restriction) return restrictedAnswer(request, who.setCookie);
      const asked = await readAsUser(request, who, profileOnly);
      if (!asked.isSignedIn) return toSignIn(asked, "/account");
      if (!signedIn) return toSignIn(who, "/account");
      const { id: userId, email } = asked.viewer;
      const answer = await answerChange({ userId, email, tokens: signedIn.tokens }, request, form);
      if (asked.setCookie && !answer.headers.has("Set-Cookie")) {
        answer.headers.append("Set-Cookie", asked.setCookie);
      }
      return answer;
    },
  });
}

function answerChange(actor: Actor, request: Request, form: Form | undefined): Promise<Response> | Response {
  const { userId, tokens, email } = actor;
  const make = async (change: () => Promise<Response>) => {
    await countChange(userId);
    return whileAccountLasts(change);
  };
  switch (form?.get("intent")) {
    case "name":
      return answerStackForm(request, form, {
        fields: z.object({ intent, name: nameField }),
        shownAgain: ["intent", "name"],
        words,
        attempt: ({ name }) =>
          make(async () => {
            await rename(tokens, name || null);
            await untilNameArrives(userId, name || null);
            return done("done=name");
          }),
      });
    case "password":
      return answerStackForm(request, form, {
        fields: z.object({ intent, currentPassword: passwordField, newPassword: newPasswordField }),
        shownAgain: ["intent"],
        words,
        attempt: (typed) =>
          make(async () => {
            const passwords = { old: typed.currentPassword, new: typed.newPassword };
            await countingWrongPasswords(email ?? userId, () => changePassword(tokens, passwords));
            log.info({ event: "password changed", userId }, "A password was changed");
            return done("done=password");
          }),
      });
    case "sessions":
      return answerStackForm(request, form, {
        fields: z.object({ intent }),
        shownAgain: ["intent"],
        words,
        attempt: () => make(async () => done(`done=sessions&ended=${await endOtherSessions(tokens)}`)),
      });
    case "delete":
      return answerStackForm(request, form, {
        fields: z.object({ intent, email: confirmationOf(email) }),
        shownAgain: ["intent", "email"],
        words,
        attempt: () =>
          make(async () => {
            await deleteAccount(tokens);
            log.info({ event: "account deleted", userId }, "An account was deleted");
            return redirect("/", { status: 303, headers: personalHeaders(await endSessionOfDeleted()) });
          }),
      });
    default: {
      const refused: RefusedForm = { errors: { form: "That was no form of this page." }, typed: {} };
      return Response.json(refused, { status: 400, headers: personalHeaders() });
    }
  }
}

/** An account without an e-mail address is confirmed by an empty field. */
function confirmationOf(email: string | null) {
  return z
    .string()
    .trim()
    .default("")
    .refine((typed) => isSameEmail(email ?? "", typed), "That is not the e-mail address of your account.");
}

/** It may be deleted in between: Stack then does not know whose it is, and his session is over. */
async function whileAccountLasts(change: () => Promise<Response>): Promise<Response> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof StackRefusal) || error.code !== "CANNOT_GET_OWN_USER_WITHOUT_USER") throw error;
    return toSignIn({ setCookie: await endSession() }, "/account");
  }
}

function done(query: string): Response {
  return redirect(`/account?${query}`, { status: 303, headers: personalHeaders() });
}
