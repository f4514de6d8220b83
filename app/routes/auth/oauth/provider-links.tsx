import type { OAuthProvider } from "#app/auth/provider/auth-provider.ts";
import { withRedirectTo } from "#app/auth/session/redirect-to.ts";

interface ProviderLinksProps {
  providers: OAuthProvider[];
  /** Where to go afterwards; already known to be a path of this site. */
  redirectTo: string;
}

/** Links, because `form-action 'self'` stops a form that is redirected to another site; plain, as they leave the app. */
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
