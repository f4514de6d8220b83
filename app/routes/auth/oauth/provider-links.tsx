import { withRedirectTo } from "#app/auth/session/redirect-to.ts";
import type { Provider } from "#app/auth/stack/providers.server.ts";

interface ProviderLinksProps {
  providers: Provider[];
  /** Where to go afterwards; already known to be a path of this site. */
  redirectTo: string;
}

/**
 * The ways to sign in without a password of ours. Links, because a form that is redirected to another site is
 * stopped by `form-action 'self'`; plain ones, because they leave the app.
 */
export function ProviderLinks({ providers, redirectTo }: ProviderLinksProps) {
  return providers.length > 0 ? (
    <ul className="providers">
      {providers.map(({ id, name }) => (
        <li key={id}>
          <a className="button" href={withRedirectTo(`/auth/${id}`, redirectTo)} rel="nofollow">
            {`Continue with ${name}`}
          </a>
        </li>
      ))}
    </ul>
  ) : null;
}
