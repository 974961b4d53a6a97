/** How commands end: the codes are a promise to scripts (docs/cli.md). */
export const exitCodes = { ok: 0, failed: 1, usage: 2, unreachable: 3, notAllowed: 4 } as const;

/** Ends the command with one line on standard error: what is wrong, and what to do next. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';
  readonly exitCode: number;

  constructor(message: string, reason: Exclude<keyof typeof exitCodes, 'ok'> = 'failed') {
    super(message);
    this.exitCode = exitCodes[reason];
  }
}
