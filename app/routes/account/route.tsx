import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { Frame } from "#app/components/frame.tsx";
import { SignedIn } from "#app/components/signed-in.tsx";
import { Unavailable } from "#app/components/unavailable.tsx";
import { documentHeaders } from "#app/http/headers.ts";
import { type AccountData, readAccount } from "./account.server.ts";
import { AccountPage } from "./account-page.tsx";
import { changeAccount } from "./changes.server.ts";
import { NameForm } from "./name-form.tsx";

export const meta: MetaFunction = () => [{ title: "Account · Todos" }];

export const headers = documentHeaders;

export const loader = readAccount;

export const action = changeAccount;

export default function AccountRoute() {
  const data = useLoaderData<AccountData>();
  const refused = useActionData<RefusedForm>();
  if (data.view === "unavailable") {
    return (
      <Unavailable title="Account" message={data.message}>
        {refused?.typed.intent === "name" ? <NameForm name={null} refused={refused} /> : null}
      </Unavailable>
    );
  }
  return (
    <Frame account={<SignedIn email={data.email} isAdmin={data.isAdmin} />}>
      <AccountPage account={data} refused={refused} />
    </Frame>
  );
}
