import { z } from "zod";

/** A user as servers see them. */
export const serverUserSchema = z.strictObject({
  id: z.string(),
  display_name: z.string().nullable(),
  primary_email: z.string().nullable(),
  primary_email_verified: z.boolean(),
  primary_email_auth_enabled: z.boolean(),
  profile_image_url: z.string().nullable(),
  signed_up_at_millis: z.number(),
  client_metadata: z.json(),
  client_read_only_metadata: z.json(),
  server_metadata: z.json(),
  has_password: z.boolean(),
  otp_auth_enabled: z.boolean(),
  auth_with_email: z.boolean(),
  requires_totp_mfa: z.boolean(),
  passkey_auth_enabled: z.boolean(),
  oauth_providers: z.array(
    z.object({ id: z.string(), account_id: z.string(), email: z.string().nullable() }),
  ),
  selected_team_id: z.null(),
  selected_team: z.null(),
  last_active_at_millis: z.number(),
  is_anonymous: z.boolean(),
  is_restricted: z.boolean(),
  restricted_reason: z.object({ type: z.string() }).nullable(),
  restricted_by_admin: z.boolean(),
  restricted_by_admin_reason: z.string().nullable(),
  restricted_by_admin_private_details: z.string().nullable(),
  country_code: z.string().nullable(),
  risk_scores: z.object({ sign_up: z.object({ bot: z.number(), free_trial_abuse: z.number() }) }),
});
export type ServerUser = z.infer<typeof serverUserSchema>;

/** The same user as they see themselves. */
export const clientUserSchema = serverUserSchema.strip().omit({
  primary_email_auth_enabled: true,
  server_metadata: true,
  last_active_at_millis: true,
  restricted_by_admin_private_details: true,
  country_code: true,
  risk_scores: true,
});

export const userRow = z.object({ user: serverUserSchema });
