import type { Obstacle } from "./use-obstacle.ts";

export const siteUnreachable = "Can't reach the server.";

/** With what stands before it, it fits into one line of a phone: nothing moves when it appears. */
const sentLater = "Changes will be sent later.";

export function connectionWords(obstacle: Obstacle | "offline" | undefined, isLive: boolean): string {
  switch (obstacle) {
    case "offline":
      return `You're offline. ${sentLater}`;
    case "unreachable":
      return `${siteUnreachable} ${sentLater}`;
    case "busy":
      return `The server is busy. ${sentLater}`;
    case undefined:
      return isLive ? "" : "Live updates are paused. Reconnecting…";
  }
}

export const saidUnsent = (task: string) => `“${task}” is saved and will be sent later`;

export const tooManyUnsent = "Too many unsent changes. Try again when you're connected.";
