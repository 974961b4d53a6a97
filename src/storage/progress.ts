/** How far long work is. */

/** `done` of `all`; called often. */
export type Progress = (done: number, all: number) => void;

/** Tells of work that takes longer than `everyMs`, so often and no more; `nowMs` is a clock that does not step. */
export function nowAndThen(tell: Progress, nowMs: () => number, everyMs = 1_000): Progress {
  let last = nowMs();
  return (done, all) => {
    const now = nowMs();
    if (now - last < everyMs) return;
    last = now;
    tell(done, all);
  };
}
