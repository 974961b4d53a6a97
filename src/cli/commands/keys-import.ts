/** `tollgate keys import FILE`: many keys at once, a hundred in a request, progress where somebody sees it. */
import { Command } from 'commander';
import type { ImportResult } from '../admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { connect, outputOf, withAdmin } from '../admin-command.ts';
import { CliFailure } from '../failure.ts';
import { keysOf } from '../imports/key-file.ts';
import { readInput } from '../input-file.ts';
import { printList } from '../output/print.ts';
import { startProgress } from '../output/progress.ts';
import type { Column } from '../output/table.ts';
import type { Cli } from '../terminal.ts';

export const batchSize = 100;

const columns: readonly Column<ImportResult>[] = [
  { title: 'NAME', text: ({ name }) => name },
  {
    title: 'RESULT',
    text: ({ ok, error }) => (ok ? 'ok' : (error ?? 'refused')),
    style: ({ ok }) => (ok ? 'good' : 'bad'),
  },
];
const valueColumn: Column<ImportResult> = {
  title: 'VALUE (shown this once)',
  name: 'value',
  text: ({ value = '' }) => value,
};

export function importCommand(cli: Cli): Command {
  return withAdmin(new Command('import'), cli)
    .description('keys from a file (CSV, JSON or YAML), with existing values or hashes, or with new values')
    .argument('<file>', 'the file, or - for standard input')
    .option('-n, --namespace <namespace>', 'for keys that name none')
    .option('--dry-run', 'check everything, change nothing', false)
    .action(async (file: string, flags: { namespace?: string; dryRun: boolean }, command: Command) => {
      const client = connect(command, cli);
      const keys = keysOf(file, await readInput(file)).map((key) => ({
        ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
        ...key,
      }));
      const results: ImportResult[] = [];
      try {
        await sendInBatches(cli, client, keys, flags.dryRun, results);
      } finally {
        // Values that were made are shown whatever happened after: nobody else has them.
        printResults(cli, command, results);
      }
      const failed = results.filter(({ ok }) => !ok).length;
      const done = flags.dryRun ? 'would be imported' : 'imported';
      if (failed > 0) throw new CliFailure(`${failed} of ${keys.length} keys refused, the others ${done}`);
      cli.terminal.err(`${keys.length} key${keys.length === 1 ? '' : 's'} ${done}.\n`);
    });
}

async function sendInBatches(
  { terminal }: Cli,
  client: AdminClient,
  keys: readonly unknown[],
  dryRun: boolean,
  results: ImportResult[],
): Promise<void> {
  const progress = startProgress(terminal, 'importing keys', keys.length);
  try {
    for (let from = 0; from < keys.length; from += batchSize) {
      const body = { keys: keys.slice(from, from + batchSize), dryRun };
      const answer = await client.call<{ results: ImportResult[] }>('POST', '/keys:import', { body });
      results.push(...answer.results.map((result) => ({ ...result, index: result.index + from })));
      progress.at(Math.min(from + batchSize, keys.length));
    }
  } catch (error) {
    if (!(error instanceof CliFailure) || results.length === 0) throw error;
    const message = `${error.message}; the first ${results.length} of ${keys.length} keys were done`;
    throw Object.assign(new CliFailure(message), { exitCode: error.exitCode });
  } finally {
    progress.end();
  }
}

/** Tables say what needs attention: new values and refusals; the other forms have every key. */
function printResults({ terminal }: Cli, command: Command, results: readonly ImportResult[]): void {
  const format = outputOf(command);
  const rows = format === 'table' ? results.filter(({ ok, value }) => !ok || value !== undefined) : results;
  if (rows.length === 0 && format === 'table') return;
  const withValues = rows.some(({ value }) => value !== undefined);
  printList(terminal, format, {
    rows,
    columns: withValues ? [...columns, valueColumn] : columns,
    document: results,
    empty: '',
  });
}
