/**
 * What is said in one call, kept until it ends, where its route records that. Only references are held while the call goes on: reading,
 * shortening and storing is another thread's work, and nothing of it can delay or fail the call.
 */
import type { CapturedCall, CapturedText } from '../core/content/captured.ts';
import type { ContentNote } from '../core/content/model.ts';
import { eventStreamType } from '../core/llm/event-stream.ts';
import type { RequestRecord } from '../core/record.ts';

/** Bytes of a body that are looked at: pictures make requests large, and a streamed answer is many times its words. */
const mostBytes = 8 * 1024 * 1024;

/** Of all answers that are under way in a thread. */
const mostHeld = 256 * 1024 * 1024;

/** Bounds what the recorded calls of a thread hold together while they go on. */
export class RecordingRoom {
  #left: number;

  constructor(bytes = mostHeld) {
    this.#left = bytes;
  }

  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

export class CallRecording {
  readonly #prompts: boolean;
  readonly #answers: boolean;
  readonly #room: RecordingRoom;
  #request: CapturedText = { mediaType: '', bytes: 0, note: 'invalid' };
  #answer: (string | Buffer)[] = [];
  #answerType = '';
  #answerBytes = 0;
  #held = 0;
  #missing: 'too-large' | 'busy' | undefined;
  #realtime = false;

  constructor(prompts: boolean, answers: boolean, room: RecordingRoom) {
    this.#prompts = prompts;
    this.#answers = answers;
    this.#room = room;
  }

  /** The body as guards let it pass; of several providers' guards, those of the last one that was asked. */
  request(body: string, mediaType: string, binary: boolean): void {
    const bytes = body.length;
    if (binary) this.#request = { mediaType, bytes };
    else if (bytes > mostBytes) this.#request = { mediaType, bytes, note: 'too-large' };
    else this.#request = { text: body, mediaType, bytes };
  }

  /** No word of what guards refuse is kept. */
  refused(note: ContentNote): void {
    this.#request = { mediaType: '', bytes: 0, note };
  }

  /** A session, of which nothing is read. */
  realtime(): void {
    this.refused('realtime');
    this.#realtime = true;
  }

  /** A piece of an answer of a model as it went to the client, or all of it. */
  deliver(piece: string | Buffer, mediaType: string): void {
    if (!this.#answers) return;
    this.#answerType = mediaType;
    this.#answerBytes += piece.length;
    if (this.#missing !== undefined) return;
    if (this.#answerBytes > mostBytes) this.#missing = 'too-large';
    else if (!this.#room.take(piece.length)) this.#missing = 'busy';
    else {
      this.#held += piece.length;
      this.#answer.push(piece);
    }
  }

  /** Pictures and sound: only what they are and how much. */
  media(mediaType: string, bytes: number): void {
    this.#answerType = mediaType;
    this.#answerBytes += bytes;
  }

  /** Once, when the call has ended. */
  captured({ id, startedAtMs, key, error }: RequestRecord): CapturedCall {
    this.#room.giveBack(this.#held);
    return {
      id,
      startedAtMs,
      key: key?.id ?? '',
      user: key?.user ?? '',
      ...(this.#prompts && { request: this.#request }),
      ...(this.#answers && { answer: this.#answered(error !== undefined) }),
    };
  }

  #answered(failed: boolean): CapturedText {
    const [mediaType, bytes] = [this.#answerType, this.#answerBytes];
    if (this.#realtime) return { mediaType, bytes: 0, note: 'realtime' };
    if (bytes === 0) return { mediaType, bytes, note: 'not-delivered' };
    const note: ContentNote | undefined = failed ? 'cut-off' : this.#missing;
    if (this.#answer.length === 0) return { mediaType, bytes, ...(note && { note }) };
    return { text: joined(this.#answer, mediaType), mediaType, bytes, ...(note && { note }) };
  }
}

function joined(pieces: readonly (string | Buffer)[], mediaType: string): string {
  if (pieces.every((piece) => typeof piece === 'string')) return pieces.join('');
  const bytes = Buffer.concat(
    pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
  );
  return bytes.toString(mediaType.startsWith(eventStreamType) ? 'latin1' : 'utf8');
}
