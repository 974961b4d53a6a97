/** An upstream's bytes are no HTTP/1.1 that is safe to read: the connection is given up, nothing of it is guessed. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
  readonly code = 'MALFORMED_ANSWER';
}
