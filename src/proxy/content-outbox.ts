/**
 * What was captured of recorded calls, on its way to the thread that stores it. Bounded over all threads: when that one is behind,
 * contents are left out and counted, and calls go on as they are.
 */
import type { CapturedCall, CapturedText } from '../core/content/captured.ts';

/** Characters under way in all threads together. */
const mostWaiting = 64 * 1024 * 1024;

/** Shared by all threads: how many characters are under way. */
export type ContentLoad = SharedArrayBuffer;

export function createContentLoad(): ContentLoad {
  return new SharedArrayBuffer(4);
}

export class ContentOutbox {
  readonly #load: Int32Array;
  readonly #post: (captured: CapturedCall | undefined) => void;

  /** `post` is told of a content, or, with nothing, that one was left out. */
  constructor(load: ContentLoad, post: (captured: CapturedCall | undefined) => void) {
    this.#load = new Int32Array(load);
    this.#post = post;
  }

  add(captured: CapturedCall): void {
    const size = sizeOf(captured);
    if (Atomics.load(this.#load, 0) + size > mostWaiting) {
      this.#post(undefined);
      return;
    }
    Atomics.add(this.#load, 0, size);
    this.#post(captured);
  }
}

/** To be called once what was posted is dealt with. */
export function takeOffLoad(load: ContentLoad, captured: CapturedCall): void {
  Atomics.sub(new Int32Array(load), 0, sizeOf(captured));
}

function sizeOf({ request, answer }: CapturedCall): number {
  return textOf(request) + textOf(answer);
}

function textOf(captured: CapturedText | undefined): number {
  return captured?.text?.length ?? 0;
}
