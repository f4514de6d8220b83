import { escaped } from "../html.ts";
import type { OAuthProvider } from "../project-settings.ts";
import type { ProviderAccount } from "./accounts.ts";

const names: Record<OAuthProvider, string> = { github: "GitHub", google: "Google" };

const style =
  "body{font:1rem/1.5 system-ui,sans-serif;max-width:28rem;margin:2rem auto;padding:0 1rem}label{display:block;margin-top:1rem}input{font:inherit;box-sizing:border-box;width:100%;padding:.4rem}button{font:inherit;margin:.5rem 0;padding:.4rem .8rem}ul{list-style:none;padding:0}[role=alert]{color:#a00000;margin:0}";

interface Choice {
  provider: OAuthProvider;
  chosenBefore: ProviderAccount[];
  /** Where Cancel leads. */
  cancelUrl: string;
  /** An invalid email address that was sent. */
  refused?: { email: string; name: string };
}

/** The page on which the user chooses an account. Its forms post to its own URL. */
export function choicePage({ provider, chosenBefore, cancelUrl, refused }: Choice): Response {
  const name = names[provider];
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in to ${name}</title>
<style>${style}</style>
<main>
<h1>Sign in to ${name}</h1>
<p>This page stands in for ${name}. Choose any account: its address counts as verified.</p>
${accountList(chosenBefore)}<form method="post">
<label for="email">Email</label>
${refused ? `<p id="problem" role="alert">Invalid email address</p>\n` : ""}<input id="email" name="email" type="email" required autocomplete="off"${refused ? ` value="${escaped(refused.email)}" aria-invalid="true" aria-describedby="problem"` : ""}>
<label for="name">Name</label>
<input id="name" name="name" autocomplete="off" aria-describedby="optional"${refused ? ` value="${escaped(refused.name)}"` : ""}>
<small id="optional">Optional</small>
<div><button>Continue</button></div>
</form>
<p><a href="${escaped(cancelUrl)}">Cancel</a></p>
</main>
`;
  return new Response(html, {
    status: refused ? 400 : 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      // Without `form-action`: Chromium applies it to the redirects that follow, and those lead to the app.
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    },
  });
}

function accountList(accounts: ProviderAccount[]): string {
  if (accounts.length === 0) return "";
  const items = accounts.map(
    ({ email, name }) =>
      `<li><button name="email" value="${escaped(email)}">${escaped(email)}</button> ${escaped(name ?? "")}</li>`,
  );
  return `<h2>Chosen before</h2>
<form method="post">
<ul>
${items.join("\n")}
</ul>
</form>
<h2>Another account</h2>
`;
}
