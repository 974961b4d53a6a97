/** What the data path hands on of a call that is recorded: bodies as they are, for another thread to read. Passes through a message. */
import type { ContentNote } from './model.ts';

export interface CapturedCall {
  id: string;
  /** Unix milliseconds. */
  startedAtMs: number;
  /** Whose it is: empty where the call had no key. */
  key: string;
  user: string;
  /** Absent: prompts are not recorded. */
  request?: CapturedText;
  /** Absent: answers are not recorded. */
  answer?: CapturedText;
}

export interface CapturedText {
  /** Absent: there is no text, `note` or the media type says why. */
  text?: string;
  mediaType: string;
  /** Of all that went by. */
  bytes: number;
  note?: ContentNote;
}
