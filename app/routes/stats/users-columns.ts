import type { UserStats, UsersSort } from "./queries.server.ts";

export interface UsersColumn {
  key: Exclude<keyof UserStats, "userId">;
  header: string;
  sort?: UsersSort;
}

/** What the page and the file say of each user. */
export const usersColumns: readonly UsersColumn[] = [
  { key: "email", header: "Email", sort: "email" },
  { key: "name", header: "Name" },
  { key: "open", header: "Open", sort: "open" },
  { key: "overdue", header: "Overdue" },
  { key: "assigned", header: "Assigned" },
  { key: "complete", header: "Completed", sort: "complete" },
  { key: "total", header: "Total", sort: "total" },
  { key: "latest", header: "Last activity", sort: "latest" },
];
