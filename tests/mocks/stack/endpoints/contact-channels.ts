import { z } from "zod";
import { json, success } from "../answers.ts";
import type { Backend } from "../backend.ts";
import { emailAlreadyVerified } from "../code-errors.ts";
import { type ContactChannel, contactChannelsOf, verifyChannel } from "../contact-channels.ts";
import { checkCodeEndpoint, codeField, mailCode, usedCode } from "../emailed-codes.ts";
import { StatusError, userIdDoesNotExist } from "../known-errors.ts";
import { isClientOfAnother, namedUserId, userIdOrMe } from "../named-user.ts";
import { clientOrHigher, endpoint } from "../requests.ts";
import { userById } from "../users.ts";
import { url } from "../validation.ts";

const listQuery = z.strictObject({ user_id: userIdOrMe.optional(), contact_channel_id: z.uuid().optional() });
const channelParams = z.object({ user_id: userIdOrMe, id: z.uuid() });
const sendBody = z.strictObject({ callback_url: url });
const verifyBody = z.strictObject({ code: codeField });

export const contactChannelEndpoints = (backend: Backend) => [
  endpoint(backend, "get", "/contact-channels", clientOrHigher, async ({ caller, query }) => {
    const { user_id: wanted, contact_channel_id: id } = query(listQuery);
    const ofUserId = wanted && namedUserId(wanted, caller);
    if (isClientOfAnother(caller, ofUserId)) {
      throw new StatusError(403, "Client can only list contact channels for their own user.");
    }
    const channels = await backend.database.query(contactChannelsOf(ofUserId ?? null));
    const items = channels.filter((channel) => id === undefined || channel.id === id).map(listed);
    return json({ items, is_paginated: false });
  }),

  endpoint(
    backend,
    "post",
    "/contact-channels/:user_id/:id/send-verification-code",
    clientOrHigher,
    async ({ caller, params, body }) => {
      const { user_id: wanted, id } = params(channelParams);
      const { callback_url: callbackUrl } = body(sendBody);
      const ofUserId = namedUserId(wanted, caller);
      if (isClientOfAnother(caller, ofUserId)) {
        throw new StatusError(400, "Can only send verification code for your own user");
      }
      const [found] = await backend.database.query(userById(ofUserId, backend.settings));
      if (!found) throw userIdDoesNotExist(ofUserId);
      const channels = await backend.database.query(contactChannelsOf(ofUserId));
      const channel = channels.find((each) => each.id === id);
      if (!channel) throw new StatusError(404, "Contact channel not found");
      if (channel.is_verified) throw emailAlreadyVerified();
      const addressee = { email: channel.value, userId: ofUserId };
      await mailCode(backend, "e-mail verification", addressee, callbackUrl);
      return success();
    },
  ),

  endpoint(backend, "post", "/contact-channels/verify", clientOrHigher, async ({ body }) => {
    const { email, userId } = await usedCode(backend, "e-mail verification", body(verifyBody).code);
    const [verified] = userId ? await backend.database.query(verifyChannel(userId, email)) : [];
    if (!verified) {
      throw new StatusError(400, "Contact channel not found. Was your contact channel deleted?");
    }
    return success();
  }),

  checkCodeEndpoint(backend, "/contact-channels/verify", "e-mail verification"),
];

function listed({ user_id, id, ...channel }: ContactChannel) {
  return { user_id, id, type: "email", ...channel };
}
