import type { Obstacle } from "./use-obstacle.ts";

export const siteUnreachable = "Can't reach the server.";

export function connectionWords(obstacle: Obstacle | "offline" | undefined, isLive: boolean): string {
  switch (obstacle) {
    case "offline":
      return "You're offline. Changes are saved and will be sent when you reconnect.";
    case "unreachable":
      return `${siteUnreachable} Changes are saved and will be sent when it's back.`;
    case "busy":
      return "The server is busy. Changes are saved and will be sent in a moment.";
    case undefined:
      return isLive ? "" : "Live updates are paused. Reconnecting…";
  }
}

export const saidUnsent = (task: string) => `“${task}” is saved and will be sent later`;

export const tooManyUnsent = "Too many unsent changes. Try again when you're connected.";
