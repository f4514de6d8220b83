import { addUser } from "./accounts.ts";
import type { Backend } from "./backend.ts";
import { signInChannel } from "./contact-channels.ts";
import { signUpNotEnabled } from "./known-errors.ts";
import { connectOAuthAccount, userOfOAuthAccount } from "./oauth-accounts.ts";
import { connectedToAnotherUser, emailUsedUnverified } from "./oauth-errors.ts";
import type { ProviderAccount } from "./oauth-provider/accounts.ts";
import type { OAuthProvider } from "./project-settings.ts";

/**
 * The user whom a provider account signs in: the one it is connected to, else the one with its email address
 * verified, else a new one.
 * @throws {KnownError} when the address belongs to a user but is unverified, or the user would be new and sign-up is off
 */
export async function userSignedIn(
  backend: Backend,
  provider: OAuthProvider,
  { email, name }: ProviderAccount,
): Promise<{ userId: string; isNewUser: boolean }> {
  const { database, settings } = backend;
  const [known] = await database.query(userOfOAuthAccount(provider, email));
  if (known) return { userId: known.user_id, isNewUser: false };

  const [channel] = await database.query(signInChannel(email));
  if (channel && !channel.is_verified) throw emailUsedUnverified(email);
  if (!channel && !settings.allowsSignUp) throw signUpNotEnabled();
  const userId = channel?.user_id ?? (await addUser(backend, newUserWith({ email, name }))).id;
  // After the user, as in Stack: the sign-up event names no provider.
  await database.query(connectOAuthAccount(userId, provider, { id: email, email }));
  return { userId, isNewUser: !channel };
}

/** @throws {KnownError} when the account signs in another user */
export async function connectToUser(
  { database }: Backend,
  userId: string,
  provider: OAuthProvider,
  { email }: ProviderAccount,
): Promise<void> {
  await database.query(connectOAuthAccount(userId, provider, { id: email, email }));
  const [connected] = await database.query(userOfOAuthAccount(provider, email));
  if (connected?.user_id !== userId) throw connectedToAnotherUser();
}

function newUserWith({ email, name }: ProviderAccount) {
  return {
    display_name: name,
    primary_email: email,
    primary_email_verified: true,
    primary_email_auth_enabled: true,
  };
}
