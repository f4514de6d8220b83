import { hasLength, isEmail, isName } from "./fields.ts";
import { type Form, ifIntent } from "./form.ts";
import { listForms } from "./list-forms.ts";

const toAccount = { path: "/account", routeId: "routes/account/route" };
const anonymous = (page: string, file: string) =>
  ({ path: `/${page}`, routeId: `routes/auth/${file}`, isAnonymous: true }) as const;

export const forms: Form[] = [
  ...listForms,
  {
    ...anonymous("sign-in", "password/sign-in"),
    name: "sign in",
    fields: () => [
      ["email", `${crypto.randomUUID()}@example.com`],
      ["password", "correct horse"],
    ],
    // There is no such account.
    answer: () => 400,
  },
  {
    ...anonymous("sign-up", "password/sign-up"),
    name: "sign up",
    fields: () => [
      ["email", `${crypto.randomUUID()}@example.com`],
      ["password", "correct horse"],
      ["name", "Bob"],
    ],
    answer: (fields) => {
      const isRight =
        isEmail(fields.get("email")) &&
        hasLength(fields.get("password"), 8, 70) &&
        isName(fields.get("name"));
      return isRight ? 303 : 400;
    },
    changesRows: true,
    triesOneIn: 12,
  },
  {
    ...anonymous("forgot-password", "password/forgot-password"),
    name: "forgot password",
    fields: () => [["email", `${crypto.randomUUID()}@example.com`]],
    answer: (fields) => (isEmail(fields.get("email")) ? 303 : 400),
  },
  {
    ...anonymous("reset-password", "password/reset-password"),
    name: "reset password",
    path: "/reset-password?code=0000000000",
    fields: () => [["password", "correct horse"]],
    answer: () => 400,
  },
  {
    ...anonymous("magic-link", "magic-link/route"),
    name: "have a link mailed",
    fields: () => [["email", `${crypto.randomUUID()}@example.com`]],
    answer: (fields) => (isEmail(fields.get("email")) ? 303 : 400),
  },
  {
    ...anonymous("magic-link", "magic-link/route"),
    name: "type a mailed code",
    fields: () => [["code", "abc123"]],
    // This browser has not asked for one.
    answer: () => 400,
  },
  {
    ...anonymous("verify-email", "verify-email/route"),
    name: "confirm an address",
    path: "/verify-email?code=0000000000",
    fields: () => [["unknown", "x"]],
    answer: () => 400,
  },
  {
    ...toAccount,
    name: "rename",
    fields: () => [
      ["intent", "name"],
      ["name", "Doug"],
    ],
    answer: ifIntent("name", (fields) => (isName(fields.get("name")) ? 303 : 400)),
    changesRows: true,
  },
  {
    ...toAccount,
    name: "change the password",
    fields: () => [
      ["intent", "password"],
      ["currentPassword", "correct horse"],
      ["newPassword", "battery staple"],
    ],
    // This user has none.
    answer: () => 400,
  },
  {
    ...toAccount,
    name: "delete the account",
    fields: () => [
      ["intent", "delete"],
      ["email", "doug@example.com"],
    ],
    // That is not this user's.
    answer: () => 400,
  },
  {
    name: "choose a theme",
    path: "/theme",
    routeId: "routes/theme",
    isAnonymous: true,
    fields: () => [
      ["theme", "dark"],
      ["redirectTo", "/sign-in"],
    ],
    answer: (fields) => (["system", "light", "dark"].includes(fields.get("theme") ?? "") ? 303 : 400),
  },
];
