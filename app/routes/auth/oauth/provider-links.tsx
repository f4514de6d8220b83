import type { OAuthProvider } from "#app/auth/provider/auth-provider.ts";
import { withRedirectTo } from "#app/auth/session/redirect-to.ts";

interface ProviderLinksProps {
  providers: OAuthProvider[];
  redirectTo: string;
}

/** No forms: `form-action 'self'` stops those that are redirected to another site. No <Link>: they leave the app. */
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
