import { addUser } from "../accounts.ts";
import { json } from "../answers.ts";
import type { Backend } from "../backend.ts";
import { clientOrHigher, endpoint } from "../requests.ts";
import { signedIn } from "../sign-in.ts";

export const anonymousEndpoints = (backend: Backend) => [
  endpoint(backend, "post", "/auth/anonymous/sign-up", clientOrHigher, async ({ request }) => {
    const user = await addUser(backend, { is_anonymous: true });
    return json({ ...(await signedIn(backend, request, user.id)), user_id: user.id });
  }),
];
