/** `told`: without the margin. `silentMs`: for how long it is of no use to ask again, for whatever budget or for this one. */
export type CountAnswer =
  | { tokens: number; told: number }
  | { failed: string; silentMs: number; whose: 'all' | 'budget' };
