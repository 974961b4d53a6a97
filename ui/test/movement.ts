/** Drawers slide in: begun within two frames, then over when the browser says so. */
export const movementEnds = `new Promise((frame) => requestAnimationFrame(() => requestAnimationFrame(frame)))
  .then(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished))).then(() => undefined)`;
