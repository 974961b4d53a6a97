/** `tollgate simulate`: what a budget would have done to the calls of the ledger. */
import { Command } from 'commander';
import type { AdminClient } from '../admin-client.ts';
import { connect, outputOf, withAdmin } from '../admin-command.ts';
import { budgetsInFile, type NewBudget } from '../budget-file.ts';
import { CliFailure } from '../failure.ts';
import { momentFromNow } from '../option-values.ts';
import { countText, momentText, moneyText, orDash } from '../output/figures.ts';
import { printDocument, printList } from '../output/print.ts';
import { startProgress } from '../output/progress.ts';
import { type Column, fieldsText } from '../output/table.ts';
import { eventData } from '../sse-data.ts';
import type { Cli, Terminal } from '../terminal.ts';
import { amountText } from './budget-columns.ts';

interface Simulated {
  calls: number;
  refused: number;
  refusedBecause: Record<string, number>;
  groups: number;
  refusedByGroup: { group: string; refused: number; firstAt: string }[];
  shortened: number;
  switched: number;
  costNanoSaved: number;
  tokensSaved: number;
  unit: string;
  peak?: { group: string; used: number | string; limit: number | string; at: string };
}

interface Flags {
  file: string;
  namespace?: string;
  from: string;
  to?: string;
}

export function simulateCommand(cli: Cli): Command {
  const past = momentFromNow('past');
  return withAdmin(new Command('simulate'), cli)
    .description(
      'replay the ledger against a budget that is not there yet: who would have been refused, and when',
    )
    .requiredOption(
      '-f, --file <file>',
      'YAML or JSON with a Budget (or several, each by itself); - is standard input',
    )
    .option('-n, --namespace <namespace>', "for Budgets that name none; default: the Gateway's")
    .option('--from <time>', 'from then on: a moment, a day, or a span ago: 7d', past, past('30d'))
    .option('--to <time>', 'until then, not included', past)
    .action(async ({ file, namespace, from, to }: Flags, command: Command) => {
      const budgets = await budgetsInFile(file, namespace);
      if (budgets.length === 0) throw new CliFailure(`${file} has no Budget`);
      const client = connect(command, cli);
      const results: ({ name: string } & Simulated)[] = [];
      for (const budget of budgets) {
        const body = { ...budget, from, ...(to === undefined ? {} : { to }) };
        results.push({ name: budget.name, ...(await run(client, cli.terminal, budget, body)) });
      }
      const format = outputOf(command);
      const document = results.length === 1 ? results[0] : results;
      if (format === 'json' || format === 'yaml') return printDocument(cli.terminal, format, document);
      for (const result of results) {
        if (format === 'table') cli.terminal.out(summary(result));
        printList(cli.terminal, format, {
          rows: result.refusedByGroup,
          columns: groupColumns,
          document,
          empty: 'Nobody would have been refused.',
        });
      }
    });
}

/** The answer comes in events, so that a long replay shows how far it is and no timeout ends it. */
async function run(
  client: AdminClient,
  terminal: Terminal,
  { name }: NewBudget,
  body: object,
): Promise<Simulated> {
  const stream = await client.stream('/budgets:simulate', { progress: true }, { method: 'POST', body });
  const progress = startProgress(terminal, `${name}: replaying`, 100);
  try {
    for await (const event of eventData(stream)) {
      const { progress: share, result } = event as { progress?: number; result?: Simulated };
      if (result !== undefined) return result;
      if (share !== undefined) progress.at(Math.floor(share * 100));
    }
  } catch (error) {
    if (error instanceof CliFailure) throw error;
    // The connection broke in the middle: told below.
  } finally {
    progress.end();
  }
  throw new CliFailure('the gateway broke the simulation off: its log says why');
}

function summary({ name, unit, peak, ...result }: { name: string } & Simulated): string {
  const because = Object.entries(result.refusedBecause).map(([code, count]) => `${countText(count)} ${code}`);
  const share = result.calls === 0 ? 0 : Math.round((result.refused / result.calls) * 100);
  const some = (count: number) => (count === 0 ? undefined : countText(count));
  return fieldsText([
    ['Budget', name],
    ['Calls', countText(result.calls)],
    [
      'Refused',
      `${countText(result.refused)} (${share}%)${because.length > 0 ? `: ${because.join(', ')}` : ''}`,
    ],
    ['Shortened', some(result.shortened)],
    ['Switched', some(result.switched)],
    ['Saved', `${moneyText(result.costNanoSaved)}, ${countText(result.tokensSaved)} tokens`],
    [
      'Peak',
      peak &&
        `${amountText(peak.used, unit)} of ${amountText(peak.limit, unit)}${peak.group === '' ? '' : ` (${peak.group})`}, ${momentText(peak.at)}`,
    ],
  ]);
}

const groupColumns: readonly Column<Simulated['refusedByGroup'][number]>[] = [
  { title: 'GROUP', text: ({ group }) => orDash(group), value: ({ group }) => group },
  {
    title: 'REFUSED',
    text: ({ refused }) => countText(refused),
    value: ({ refused }) => refused,
    align: 'right',
  },
  {
    title: 'FIRST',
    name: 'firstAt',
    text: ({ firstAt }) => momentText(firstAt),
    value: ({ firstAt }) => firstAt,
  },
];
