/** What is recorded of a call where its recording is switched on: the texts of the request and of the answer, as a conversation. */

/** Characters of each of prompt and answer that are kept. */
export const mostCharacters = 65_536;

export interface CallContent {
  /** Absent: prompts are not recorded there. */
  prompt?: Recorded;
  /** Absent: answers are not recorded there. */
  answer?: Recorded;
}

export interface Recorded {
  turns: Turn[];
  /** What did not fit: of a prompt its oldest turns, of an answer its end. */
  omitted?: { turns: number; characters: number };
  /** Why there is nothing, or less than all. */
  note?: ContentNote;
}

/**
 * `guard`: prompt guards refused it. `invalid`: it could not be read, so that no guard saw it. `too-large`: more bytes than are looked
 * at. `not-text`: nothing in it can be read as text. `not-delivered`: the client got no answer of a model. `cut-off`: the answer broke
 * off, these are the words that had been delivered. `realtime`: a session over a WebSocket, of which nothing is recorded.
 */
export type ContentNote =
  | 'guard'
  | 'invalid'
  | 'too-large'
  | 'not-text'
  | 'not-delivered'
  | 'cut-off'
  | 'busy'
  | 'realtime';

export interface Turn {
  /** As the client's dialect names it; `system` for instructions beside the messages. */
  role: string;
  parts: ContentPart[];
}

export type ContentPart = TextualPart | MediaPart | { type: 'other'; kind: string };

/** `name`: of a tool. `truncated`: characters left out at its end. */
export interface TextualPart {
  type: 'text' | 'reasoning' | 'toolCall' | 'toolResult';
  text: string;
  name?: string;
  truncated?: number;
}

/** Pictures, sound and files are not kept. */
export interface MediaPart {
  type: 'media';
  /** `image`, `audio`, `video` or `file`. */
  kind: string;
  mediaType?: string;
  /** Absent where the request only names its place. */
  bytes?: number;
}
