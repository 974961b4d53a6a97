/** Asks before what can't be undone; a script says --yes. */
import { createInterface } from 'node:readline/promises';
import { CliFailure } from './failure.ts';
import type { Cli } from './terminal.ts';

export async function confirm({ terminal }: Cli, yes: boolean, question: string): Promise<void> {
  if (yes) return;
  if (!terminal.interactive) throw new CliFailure('nobody can be asked here: say --yes', 'usage');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliFailure('nothing was changed');
  } finally {
    lines.close();
  }
}
