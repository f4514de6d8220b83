import sql from "sql-template-tag";
import { z } from "zod";
import { type Statement, statement } from "#app/db/statement.server.ts";
import { createMailTable } from "./mails.ts";

/**
 * Creates the stand-in's missing tables. Several processes may do so at once.
 *
 * As in Stack, a user keeps every address that was ever their primary one: it still finds them, and stays taken.
 */
export function createTables(): Statement<never> {
  return statement(
    z.never(),
    sql`
do $$
begin
  perform pg_advisory_xact_lock(hashtext('stack stand-in: tables'));

  create table if not exists users (
    id uuid primary key default gen_random_uuid(),
    display_name text,
    profile_image_url text,
    primary_email_id uuid,
    password_hash text,
    otp_auth_enabled boolean not null default false,
    client_metadata jsonb,
    client_read_only_metadata jsonb,
    server_metadata jsonb,
    is_anonymous boolean not null default false,
    restricted_by_admin boolean not null default false,
    restricted_by_admin_reason text,
    restricted_by_admin_private_details text,
    country_code text,
    signed_up_at timestamptz not null default now(),
    last_active_at timestamptz not null default now()
  );

  -- For databases from before there were second factors.
  alter table users add column if not exists requires_totp_mfa boolean not null default false;

  create table if not exists contact_channels (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    value text not null constraint value_is_lower_case check (value = lower(value)),
    is_verified boolean not null,
    used_for_auth boolean not null,
    constraint one_channel_per_user_and_value unique (user_id, value)
  );
  -- For databases from before the addresses were listed.
  alter table contact_channels add column if not exists created_at timestamptz not null default now();
  create unique index if not exists one_user_signs_in_with_a_value
    on contact_channels (value)
    where used_for_auth;

  create table if not exists sessions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    refresh_token_hash text not null unique,
    is_impersonation boolean not null default false,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    last_used_at timestamptz not null default now(),
    last_used_ip text
  );
  create index if not exists sessions_user_id_idx on sessions (user_id);

  -- Without a foreign key, as a code outlives its user at Stack.
  create table if not exists emailed_codes (
    code text primary key,
    purpose text not null,
    email text not null,
    user_id uuid,
    expires_at timestamptz not null,
    used_at timestamptz,
    attempts integer not null default 0
  );

  create table if not exists oauth_accounts (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    provider text not null,
    account_id text not null,
    email text not null,
    created_at timestamptz not null default now(),
    constraint one_user_per_oauth_account unique (provider, account_id)
  );
  create index if not exists oauth_accounts_user_id_idx on oauth_accounts (user_id);

  create table if not exists oauth_authorizations (
    inner_state text primary key,
    code_verifier text not null,
    request jsonb not null,
    expires_at timestamptz not null
  );

  create table if not exists authorization_codes (
    code text primary key,
    user_id uuid not null references users on delete cascade,
    is_new_user boolean not null,
    redirect_uri text not null,
    code_challenge text not null,
    code_challenge_method text not null,
    after_callback_redirect_url text,
    expires_at timestamptz not null
  );

  -- Of the stand-in for the OAuth providers themselves.
  create table if not exists provider_accounts (
    provider text not null,
    email text not null,
    name text,
    chosen_at timestamptz not null default now(),
    primary key (provider, email)
  );
  create table if not exists provider_codes (
    code text primary key,
    provider text not null,
    email text not null,
    code_challenge text not null,
    expires_at timestamptz not null,
    foreign key (provider, email) references provider_accounts
  );

  ${createMailTable};

  create table if not exists signing_keys (
    user_type text not null,
    position integer not null,
    private_jwk jsonb not null,
    primary key (user_type, position)
  );

  create table if not exists user_events (
    id bigint generated always as identity primary key,
    type text not null,
    user_json jsonb not null,
    at timestamptz not null default now(),
    delivered_at timestamptz
  );
  create index if not exists user_events_undelivered_idx on user_events (id) where delivered_at is null;

  create or replace function restricted_reason(
    account users,
    email contact_channels,
    requires_verified_email boolean
  ) returns text
    language sql
    stable
    return case
      when account.is_anonymous then 'anonymous'
      when requires_verified_email and email.is_verified is not true then 'email_not_verified'
      when account.restricted_by_admin then 'restricted_by_administrator'
    end;

  -- For databases from before projects could require verified addresses.
  drop function if exists server_user(users, contact_channels);
  create or replace function server_user(
    account users,
    email contact_channels,
    requires_verified_email boolean
  ) returns jsonb
    language sql
    stable
    return jsonb_build_object(
      'id', account.id,
      'display_name', nullif(account.display_name, ''),
      'primary_email', email.value,
      'primary_email_verified', coalesce(email.is_verified, false),
      'primary_email_auth_enabled', coalesce(email.used_for_auth, false),
      'profile_image_url', account.profile_image_url,
      'signed_up_at_millis', floor(extract(epoch from account.signed_up_at) * 1000),
      'client_metadata', account.client_metadata,
      'client_read_only_metadata', account.client_read_only_metadata,
      'server_metadata', account.server_metadata,
      'has_password', account.password_hash is not null,
      'otp_auth_enabled', account.otp_auth_enabled,
      'auth_with_email', account.password_hash is not null or account.otp_auth_enabled,
      'requires_totp_mfa', account.requires_totp_mfa,
      'passkey_auth_enabled', false,
      'oauth_providers', (
        select coalesce(
          jsonb_agg(jsonb_build_object('id', provider, 'account_id', account_id, 'email', oauth.email)
            order by created_at, oauth.id),
          '[]'
        )
        from oauth_accounts as oauth
        where user_id = account.id
      ),
      'selected_team_id', null,
      'selected_team', null,
      'last_active_at_millis', floor(extract(epoch from account.last_active_at) * 1000),
      'is_anonymous', account.is_anonymous,
      'is_restricted', restricted_reason(account, email, requires_verified_email) is not null,
      'restricted_reason', (
        select jsonb_build_object('type', reason)
        from restricted_reason(account, email, requires_verified_email) as reason
        where reason is not null
      ),
      'restricted_by_admin', account.restricted_by_admin,
      'restricted_by_admin_reason', account.restricted_by_admin_reason,
      'restricted_by_admin_private_details', account.restricted_by_admin_private_details,
      'country_code', account.country_code,
      'risk_scores', jsonb_build_object('sign_up', jsonb_build_object('bot', 0, 'free_trial_abuse', 0))
    );

  -- For databases from before there were accounts at providers.
  alter table users drop column if exists oauth_providers;
end
$$
    `,
  );
}
