/** `tollgate budgets drift` and `repair`: counters against the ledger. */
import { Command, Option } from 'commander';
import { connect, outputOf, withAdmin } from '../admin-command.ts';
import { confirm } from '../confirm.ts';
import { countText, momentText, orDash } from '../output/figures.ts';
import { printList } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import type { Cli } from '../terminal.ts';
import { amountText } from './budget-columns.ts';

interface Drift {
  counter: string;
  budget?: string;
  unit?: string;
  group?: string;
  windowStart: string;
  counted: number | string;
  entered: number | string;
}

interface Repair {
  dryRun: boolean;
  repaired: Drift[];
  skipped: Drift[];
}

export function driftCommand(cli: Cli): Command {
  return withAdmin(new Command('drift'), cli)
    .description('counters that differ from what the ledger’s calls add up to')
    .action(async (_: object, command: Command) => {
      const { items } = await connect(command, cli).get<{ items: Drift[] }>('/drift');
      printList(cli.terminal, outputOf(command), {
        rows: items,
        columns,
        document: items,
        empty: 'Counters and ledger agree.',
      });
    });
}

export function repairCommand(cli: Cli): Command {
  return withAdmin(new Command('repair'), cli)
    .description('bring counters and ledger together: shows what would change, then asks')
    .addOption(
      new Option('--believe <side>', 'which side is right; the other one is changed')
        .choices(['ledger', 'counters'])
        .makeOptionMandatory(),
    )
    .option('--dry-run', 'only show', false)
    .option('-y, --yes', 'do not ask', false)
    .action(async (flags: { believe: string; dryRun: boolean; yes: boolean }, command: Command) => {
      const { believe } = flags;
      const client = connect(command, cli);
      const ask = (dryRun: boolean) =>
        client.call<Repair>('POST', '/drift:repair', { body: { believe, dryRun } });
      const format = outputOf(command);
      const show = (repair: Repair) => {
        const { repaired, skipped } = repair;
        const empty = skipped.length === 0 ? 'Counters and ledger agree.' : 'None can be changed this way.';
        printList(cli.terminal, format, { rows: repaired, columns, document: repair, empty });
        if (skipped.length > 0)
          cli.terminal.err(
            `${countText(skipped.length)} can not be changed this way: --believe the other side.\n`,
          );
      };
      const planned = await ask(true);
      if (flags.dryRun || planned.repaired.length === 0) return show(planned);
      if (!flags.yes) show(planned);
      const changed = believe === 'ledger' ? 'counters' : "the ledger's sums";
      await confirm(
        cli,
        flags.yes,
        `Change ${changed} of ${countText(planned.repaired.length)} to the ${believe}'s?`,
      );
      const done = await ask(false);
      if (flags.yes) show(done);
      cli.terminal.err(`${countText(done.repaired.length)} changed: --believe ${believe}.\n`);
    });
}

const columns: readonly Column<Drift>[] = [
  { title: 'BUDGET', text: ({ budget, counter }) => budget ?? counter },
  { title: 'GROUP', text: ({ group }) => orDash(group), value: ({ group }) => group ?? '' },
  {
    title: 'WINDOW FROM',
    name: 'windowStart',
    text: ({ windowStart }) => momentText(windowStart),
    value: ({ windowStart }) => windowStart,
  },
  {
    title: 'COUNTED',
    text: ({ counted, unit = '' }) => amountText(counted, unit),
    value: ({ counted }) => counted,
    align: 'right',
  },
  {
    title: 'IN LEDGER',
    name: 'entered',
    text: ({ entered, unit = '' }) => amountText(entered, unit),
    value: ({ entered }) => entered,
    align: 'right',
  },
  { title: 'UNIT', text: ({ unit }) => orDash(unit), value: ({ unit }) => unit ?? '' },
];
