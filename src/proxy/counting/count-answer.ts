/** `told`: without the margin. `silentMs`: for how long it is of no use to ask again, whatever the call. */
export type CountAnswer = { tokens: number; told: number } | { failed: string; silentMs: number };
