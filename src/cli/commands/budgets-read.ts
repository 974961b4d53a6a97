/** `tollgate budgets list`, `show`, `delete`. */
import { Command } from 'commander';
import type { BudgetView } from '../admin-api.ts';
import { type AdminClient, objectPath } from '../admin-client.ts';
import { connect, outputOf, withAdmin } from '../admin-command.ts';
import { confirm } from '../confirm.ts';
import { CliFailure } from '../failure.ts';
import { printDocument, printList } from '../output/print.ts';
import type { Cli } from '../terminal.ts';
import { budgetColumns, budgetText, counterColumns } from './budget-columns.ts';

export function listCommand(cli: Cli): Command {
  return withAdmin(new Command('list'), cli)
    .description('budgets, each with its fullest counter')
    .action(async (_: object, command: Command) => {
      const items = await listBudgets(connect(command, cli));
      printList(cli.terminal, outputOf(command), {
        rows: items,
        columns: budgetColumns,
        document: items,
        empty: 'No budgets yet: `tollgate budgets create NAME --tokens 100000 --per day` makes one.',
      });
    });
}

export function showCommand(cli: Cli): Command {
  return withAdmin(named('show'), cli)
    .description('one budget and its counters, fullest first')
    .action(async (name: string, { namespace }: { namespace?: string }, command: Command) => {
      const budget = await findBudget(connect(command, cli), name, namespace);
      const format = outputOf(command);
      const columns = counterColumns(budget.unit);
      if (format === 'json' || format === 'yaml') return printDocument(cli.terminal, format, budget);
      if (format === 'table') cli.terminal.out(`${budgetText(budget)}\n`);
      printList(cli.terminal, format, {
        rows: budget.counters,
        columns,
        document: budget,
        empty: 'Nothing is used or held yet.',
      });
    });
}

export function deleteCommand(cli: Cli): Command {
  return withAdmin(named('delete'), cli, 'none')
    .description('delete a budget; what it limited is limited no more')
    .option('-y, --yes', 'do not ask', false)
    .action(async (name: string, flags: { namespace?: string; yes: boolean }, command: Command) => {
      const client = connect(command, cli);
      const budget = await findBudget(client, name, flags.namespace);
      const full = `${budget.namespace}/${budget.name}`;
      await confirm(cli, flags.yes, `Delete budget ${full}? What it limits is limited no more.`);
      await client.call('DELETE', objectPath('budgets', budget));
      cli.terminal.out(`Budget ${full} is deleted.\n`);
    });
}

export function named(verb: string): Command {
  return new Command(verb)
    .argument('<name>', 'name, or namespace/name')
    .option('-n, --namespace <namespace>', 'where several have the same name');
}

async function listBudgets(client: AdminClient): Promise<BudgetView[]> {
  return (await client.get<{ items: BudgetView[] }>('/budgets')).items;
}

/** Throws when there is none, or more than one. */
export async function findBudget(
  client: AdminClient,
  text: string,
  givenNamespace: string | undefined,
): Promise<BudgetView> {
  const slash = text.indexOf('/');
  const namespace = slash > 0 ? text.slice(0, slash) : givenNamespace;
  const name = text.slice(slash + 1);
  if (namespace !== undefined) return client.get<BudgetView>(objectPath('budgets', { namespace, name }));
  const found = (await listBudgets(client)).filter((budget) => budget.name === name);
  if (found.length === 1) return found[0]!;
  if (found.length === 0)
    throw new CliFailure(`no budget is named "${name}": \`tollgate budgets list\` shows all`);
  const choices = found.map((budget) => budget.namespace).join(', ');
  throw new CliFailure(`budgets in ${choices} are named "${name}": say which with --namespace`);
}
