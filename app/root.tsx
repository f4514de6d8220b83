import type { LinksFunction, MetaFunction } from "@remix-run/node";
import {
  Links,
  Meta,
  Outlet,
  Scripts,
  ScrollRestoration,
  useLocation,
  useRouteError,
} from "@remix-run/react";
import type { ReactNode } from "react";
import { DeadEnd } from "#app/components/dead-end.tsx";
import { Frame } from "#app/components/frame.tsx";
import { useDocument } from "#app/document/document.ts";
import { errorWords } from "#app/document/error-words.ts";
import styles from "#app/styles.css?url";

export const links: LinksFunction = () => [
  { rel: "stylesheet", href: styles },
  { rel: "icon", href: "/favicon.svg", type: "image/svg+xml" },
  { rel: "manifest", href: "/manifest.webmanifest" },
];

/** For the error boundary; pages have their own titles. */
export const meta: MetaFunction = ({ error }) => [
  { title: error ? `${errorWords(error).title} · Todos` : "Todos" },
];

export function Layout({ children }: { children: ReactNode }) {
  const { nonce, theme } = useDocument();
  return (
    <html lang="en" data-theme={theme === "system" ? undefined : theme}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={theme === "system" ? "light dark" : theme} />
        <Meta />
        <Links />
      </head>
      <body>
        {children}
        <ScrollRestoration nonce={nonce} />
        <Scripts nonce={nonce} />
      </body>
    </html>
  );
}

export default function App() {
  return <Outlet />;
}

export function ErrorBoundary() {
  const { title, message, isTemporary, isOurFault, reference } = errorWords(useRouteError());
  const ofDocument = useDocument().reference;
  const { pathname, search } = useLocation();
  return (
    <Frame>
      <DeadEnd
        title={title}
        message={message}
        tryAgain={isTemporary ? pathname + search : undefined}
        reference={isOurFault ? (reference ?? ofDocument) : undefined}
      />
    </Frame>
  );
}
