/** How long a test waits for what tells nobody when it happens: a limit costs nothing when it passes, on a busy machine too. */
export const PATIENT = {timeout: 40_000, interval: 10} as const;
