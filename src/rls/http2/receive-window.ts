/** How much a peer may still send, on a connection or a stream: credit is given back when half of it is used up. */
import { defaultWindow } from './frames.ts';

const creditAfter = defaultWindow / 2;

export class ReceiveWindow {
  #left = defaultWindow;
  #uncredited = 0;

  /** False when the peer sends more than it may. */
  take(bytes: number): boolean {
    this.#left -= bytes;
    this.#uncredited += bytes;
    return this.#left >= 0;
  }

  /** Credit to be given now; 0 while it is not worth a frame. */
  credit(): number {
    if (this.#uncredited < creditAfter) return 0;
    const credit = this.#uncredited;
    this.#left += credit;
    this.#uncredited = 0;
    return credit;
  }
}
