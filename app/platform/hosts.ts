export function isNeonHost(url: string | URL): boolean {
  return /\.neon\.(tech|build)$/i.test(new URL(url).hostname);
}

export function isLoopback(url: string | URL): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/i.test(new URL(url).hostname);
}
