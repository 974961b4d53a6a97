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

export class CallRecording {
  readonly #prompts: boolean;
  readonly #answers: boolean;
  #request: CapturedText = { mediaType: '', bytes: 0, note: 'invalid' };
  #answer: (string | Buffer)[] = [];
  #answerType = '';
  #answerBytes = 0;
  #whole = true;
  #realtime = false;

  constructor(prompts: boolean, answers: boolean) {
    this.#prompts = prompts;
    this.#answers = answers;
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
    if (this.#answerBytes <= mostBytes) this.#answer.push(piece);
    else this.#whole = false;
  }

  /** Pictures and sound: only what they are and how much. */
  media(mediaType: string, bytes: number): void {
    this.#answerType = mediaType;
    this.#answerBytes += bytes;
  }

  captured({ id, startedAtMs, key, error }: RequestRecord): CapturedCall {
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
    const note: ContentNote | undefined = failed ? 'cut-off' : this.#whole ? undefined : 'too-large';
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
