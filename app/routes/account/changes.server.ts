import { type ActionFunctionArgs, redirect } from "@remix-run/node";
import { z } from "zod";
import { answerAuthForm, incompleteForm, type RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { nameField, newPasswordField, passwordField } from "#app/auth/forms/fields.server.ts";
import {
  passwordLength,
  passwordTooLong,
  passwordTooShort,
  type RefusalWords,
} from "#app/auth/forms/refusal-words.server.ts";
import { turnedOff } from "#app/auth/forms/turned-off.ts";
import type { Tokens } from "#app/auth/provider/auth-provider.ts";
import { AuthRefusal, isWrongPassword } from "#app/auth/provider/errors.server.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { profileOnly, readAsUser, toSignIn } from "#app/auth/session/guard.server.ts";
import {
  endSession,
  endSessionOfDeleted,
  renewTokens,
  unlessRestricted,
} from "#app/auth/session/session.server.ts";
import { type Form, readForm } from "#app/http/form.server.ts";
import { personalHeaders } from "#app/http/headers.ts";
import { countChange, countingWrongPasswords } from "#app/limits/limits.server.ts";
import { log } from "#app/platform/log.server.ts";
import { untilNameArrives } from "#app/profiles/arrival.server.ts";

interface Actor {
  userId: string;
  email: string | null;
  tokens: Tokens;
}

const words: RefusalWords = {
  PASSWORD_CONFIRMATION_MISMATCH: { currentPassword: "Wrong password." },
  PASSWORD_TOO_SHORT: { newPassword: passwordTooShort },
  PASSWORD_TOO_LONG: { newPassword: passwordTooLong },
  PASSWORD_REQUIREMENTS_NOT_MET: { newPassword: passwordLength },
  USER_DOES_NOT_HAVE_PASSWORD: { form: "Your account has no password yet. Set one by email instead." },
  ACCOUNT_DELETION_NOT_ENABLED: { form: turnedOff.accountDeletion },
};

/** What is known after a change that Stack did not answer. */
const unknown = {
  name: "Your name may have been saved. Try again.",
  password: "Your password may have been changed. Try again: if your current password is wrong now, it was.",
  sessions: "Some of your other sessions may have been ended. Try again.",
  deletion: "Your account may have been deleted. Reload the page to find out.",
};

/** Tells which form of the page a refusal is about. */
const intent = z.string();
const anyForm = z.object({ intent, name: z.string(), email: z.string() }).partial();

export async function changeAccount({ request }: ActionFunctionArgs): Promise<Response> {
  const form = await readForm(request);
  // Who asks comes before what they ask. If reading that fails, the page shows again what was typed.
  return answerAuthForm(request, form ?? new Map(), {
    fields: anyForm,
    shownAgain: ["intent", "name", "email"],
    attempt: async () => {
      // The token of a session that was ended elsewhere stays valid for up to ten minutes: ask Stack.
      const read = unlessRestricted(request, await renewTokens(request));
      const asked = await readAsUser(request, read, profileOnly);
      if (!asked.isSignedIn || !read.signedIn) return toSignIn(asked, "/account");
      const { id: userId, email } = asked.viewer;
      const { tokens } = read.signedIn;
      const answer = await answerChange({ userId, email, tokens }, request, form);
      if (asked.setCookie && !answer.headers.has("Set-Cookie")) {
        answer.headers.append("Set-Cookie", asked.setCookie);
      }
      return answer;
    },
  });
}

function answerChange(
  { userId, email, tokens }: Actor,
  request: Request,
  form: Form | undefined,
): Promise<Response> | Response {
  const answer = <Fields extends z.ZodObject>(
    fields: Fields,
    shownAgain: (keyof z.infer<Fields> & string)[],
    ifUnknown: string,
    change: (typed: z.infer<Fields>) => Promise<Response>,
  ) => {
    const attempt = async (typed: z.infer<Fields>) => {
      await countChange(userId);
      return whileAccountLasts(() => change(typed));
    };
    return answerAuthForm(request, form, { fields, shownAgain, words, ifUnknown, attempt });
  };
  switch (form?.get("intent")) {
    case "name":
      return answer(
        z.object({ intent, name: nameField }),
        ["intent", "name"],
        unknown.name,
        async ({ name }) => {
          await authProvider().rename(tokens, name || null);
          await untilNameArrives(userId, name || null);
          return done("done=name");
        },
      );
    case "password": {
      const fields = z.object({ intent, currentPassword: passwordField, newPassword: newPasswordField });
      return answer(fields, ["intent"], unknown.password, async (typed) => {
        const passwords = { old: typed.currentPassword, new: typed.newPassword };
        const change = () => authProvider().changePassword(tokens, passwords);
        await countingWrongPasswords(email ?? userId, change, isWrongPassword);
        log.info({ event: "password changed", userId }, "A password was changed");
        return done("done=password");
      });
    }
    case "sessions":
      return answer(z.object({ intent }), ["intent"], unknown.sessions, async () =>
        done(`done=sessions&ended=${await authProvider().endOtherSessions(tokens)}`),
      );
    case "delete":
      return answer(
        z.object({ intent, email: confirmationOf(email) }),
        ["intent", "email"],
        unknown.deletion,
        async () => {
          await authProvider().deleteAccount(tokens);
          log.info({ event: "account deleted", userId }, "An account was deleted");
          return redirect("/", { status: 303, headers: personalHeaders(await endSessionOfDeleted()) });
        },
      );
    default: {
      const refused: RefusedForm = { errors: { form: incompleteForm }, typed: {} };
      return Response.json(refused, { status: 400, headers: personalHeaders() });
    }
  }
}

/** Empty, for an account without an email address. */
function confirmationOf(email: string | null) {
  return z
    .string()
    .trim()
    .default("")
    .refine(
      (typed) => typed.toLowerCase() === (email ?? "").toLowerCase(),
      "That isn't your account's email address.",
    );
}

/** If the account is deleted meanwhile, the session is over. */
async function whileAccountLasts(change: () => Promise<Response>): Promise<Response> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof AuthRefusal) || error.code !== "CANNOT_GET_OWN_USER_WITHOUT_USER") throw error;
    return toSignIn({ setCookie: await endSession() }, "/account");
  }
}

function done(query: string): Response {
  return redirect(`/account?${query}`, { status: 303, headers: personalHeaders() });
}
