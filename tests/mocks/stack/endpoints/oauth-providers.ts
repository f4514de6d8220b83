import { z } from "zod";
import { json } from "../answers.ts";
import type { Backend } from "../backend.ts";
import { StatusError, userNotFound } from "../known-errors.ts";
import { isClientOfAnother, namedUserId, userIdOrMe } from "../named-user.ts";
import { type OAuthAccount, oauthAccountsOf } from "../oauth-accounts.ts";
import { type Caller, clientOrHigher, endpoint } from "../requests.ts";
import { userById } from "../users.ts";

const listQuery = z.strictObject({ user_id: userIdOrMe.optional() });

export const oauthProvidersEndpoints = (backend: Backend) => [
  endpoint(backend, "get", "/oauth-providers", clientOrHigher, async ({ caller, query }) => {
    const { database, settings } = backend;
    const { user_id: wanted } = query(listQuery);
    const ofUserId = wanted && namedUserId(wanted, caller);
    if (isClientOfAnother(caller, ofUserId)) {
      throw new StatusError(403, "Client can only list OAuth providers for their own user.");
    }
    if (ofUserId) {
      const [found] = await database.query(userById(ofUserId, settings));
      if (!found) throw userNotFound();
    }
    const accounts = await database.query(oauthAccountsOf(ofUserId ?? null));
    return json({ items: accounts.map((account) => listed(account, caller)), is_paginated: false });
  }),
];

function listed({ provider, account_id, ...account }: OAuthAccount, caller: Caller) {
  return {
    ...account,
    provider_config_id: provider,
    type: provider,
    allow_sign_in: true,
    allow_connected_accounts: true,
    ...(caller.accessType !== "client" && { account_id }),
  };
}
