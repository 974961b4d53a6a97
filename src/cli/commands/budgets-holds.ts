/** `tollgate budgets holds`, `release`: what calls under way hold. */
import { Command } from 'commander';
import { objectPath } from '../admin-client.ts';
import { connect, outputOf, withAdmin } from '../admin-command.ts';
import { confirm } from '../confirm.ts';
import { momentText, orDash } from '../output/figures.ts';
import { printList } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import type { Cli } from '../terminal.ts';
import { amountText } from './budget-columns.ts';
import { findBudget, named } from './budgets-read.ts';

interface Hold {
  id: string;
  key?: string;
  group: string;
  reserved: number | string;
  since?: string;
  leaseUntil?: string;
}

export function holdsCommand(cli: Cli): Command {
  return withAdmin(named('holds'), cli)
    .description('what calls under way hold of a budget')
    .action(async (name: string, { namespace }: { namespace?: string }, command: Command) => {
      const client = connect(command, cli);
      const budget = await findBudget(client, name, namespace);
      const { items } = await client.get<{ items: Hold[] }>(objectPath('budgets', budget, '/holds'));
      printList(cli.terminal, outputOf(command), {
        rows: items,
        columns: holdColumns(budget.unit),
        document: items,
        empty: 'Nothing is held: no call is under way.',
      });
    });
}

export function releaseCommand(cli: Cli): Command {
  const command = new Command('release')
    .argument('<name>', 'name of the budget, or namespace/name')
    .argument('<id>', 'of the hold, as `budgets holds` shows it')
    .option('-n, --namespace <namespace>', 'where several have the same name')
    .option('-y, --yes', 'do not ask', false);
  return withAdmin(command, cli, 'none')
    .description('give back what a call holds; it goes on, and is charged when it ends')
    .action(async (name: string, id: string, flags: { namespace?: string; yes: boolean }, self: Command) => {
      const client = connect(self, cli);
      const budget = await findBudget(client, name, flags.namespace);
      await confirm(cli, flags.yes, `Release ${id}? What it goes on to use may pass the limit.`);
      await client.call('DELETE', objectPath('budgets', budget, `/holds/${encodeURIComponent(id)}`));
      cli.terminal.out(`${id} holds nothing of ${budget.namespace}/${budget.name} any more.\n`);
    });
}

function holdColumns(unit: string): readonly Column<Hold>[] {
  return [
    { title: 'ID', text: ({ id }) => id },
    { title: 'KEY', text: ({ key }) => orDash(key), value: ({ key }) => key ?? '' },
    { title: 'GROUP', text: ({ group }) => orDash(group), value: ({ group }) => group },
    {
      title: 'HELD',
      name: 'reserved',
      text: ({ reserved }) => amountText(reserved, unit),
      value: ({ reserved }) => reserved,
      align: 'right',
    },
    {
      title: 'SINCE',
      text: ({ since }) => orDash(momentText(since)),
      value: ({ since }) => since ?? '',
    },
    {
      title: 'UNTIL',
      name: 'leaseUntil',
      text: ({ leaseUntil }) => orDash(momentText(leaseUntil)),
      value: ({ leaseUntil }) => leaseUntil ?? '',
    },
  ];
}
