/** The project's name, also in its emails. */
export const projectName = "Stand-in for Stack Auth";
