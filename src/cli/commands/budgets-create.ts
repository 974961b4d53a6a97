/** `tollgate budgets create`: from options, or from a file with Budgets. */
import { Command, Option } from 'commander';
import type { BudgetView } from '../admin-api.ts';
import { connect, withAdmin } from '../admin-command.ts';
import { budgetsInFile, type NewBudget } from '../budget-file.ts';
import { defined } from '../defined.ts';
import { CliFailure } from '../failure.ts';
import { dollars, listed, pair, seconds, whole } from '../option-values.ts';
import type { Cli } from '../terminal.ts';

interface CreateFlags {
  namespace?: string;
  file?: string;
  tokens?: number;
  inputTokens?: number;
  outputTokens?: number;
  requests?: number;
  usd?: string;
  concurrency?: number;
  per?: string;
  timeZone?: string;
  rolling?: number;
  select: Record<string, string>;
  groupBy: string[];
  soft: boolean;
  report: boolean;
}

const periods = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];

export function createCommand(cli: Cli): Command {
  return withAdmin(new Command('create'), cli, 'none')
    .description('a budget, from options or from a file')
    .argument('[name]', 'name of the budget; not with --file')
    .option('-n, --namespace <namespace>', "default: the Gateway's")
    .option('-f, --file <file>', 'YAML or JSON with Budgets; - is standard input')
    .option('--tokens <count>', 'limit: tokens, input and output', whole)
    .option('--input-tokens <count>', 'limit: input tokens', whole)
    .option('--output-tokens <count>', 'limit: output tokens', whole)
    .option('--requests <count>', 'limit: calls', whole)
    .option('--usd <amount>', 'limit: US dollars, 25.00', dollars)
    .option('--concurrency <count>', 'limit: calls under way together', whole)
    .addOption(new Option('--per <period>', 'calendar window (default: for ever)').choices(periods))
    .option('--time-zone <zone>', 'IANA name, with --per (default: UTC)')
    .addOption(
      new Option('--rolling <span>', 'the last so much time: 24h').argParser(seconds).conflicts('per'),
    )
    .option('--select <label=value>', 'whose calls count, by label (may be repeated; default: all)', pair, {})
    .option(
      '--group-by <expression>',
      'one counter for each value, apiKey.user_id (may be repeated)',
      listed,
      [],
    )
    .option('--soft', 'check before and charge after, instead of reserving', false)
    .option('--report', 'only count and tell, never refuse', false)
    .action(async (name: string | undefined, flags: CreateFlags, command: Command) => {
      const budgets = flags.file === undefined ? [fromFlags(name, flags)] : await fromFile(name, flags);
      const client = connect(command, cli);
      for (const body of budgets) {
        const made = await client.call<BudgetView>('POST', '/budgets', { body });
        const full = `${made.namespace}/${made.name}`;
        cli.terminal.out(`Budget ${full} is made${made.status === 'ok' ? '' : ', but not in force'}.\n`);
        if (made.status !== 'ok') throw new CliFailure(`budget ${full}: ${made.message}`);
      }
    });
}

function fromFlags(name: string | undefined, flags: CreateFlags): NewBudget {
  if (name === undefined) throw new CliFailure('name the budget, or give a file with --file', 'usage');
  const { tokens, inputTokens, outputTokens, requests, usd, concurrency, select, groupBy } = flags;
  const limit = defined({ tokens, inputTokens, outputTokens, requests, usd, concurrency });
  if (Object.keys(limit).length !== 1) {
    throw new CliFailure(
      'say one limit: --tokens, --input-tokens, --output-tokens, --requests, --usd or --concurrency',
      'usage',
    );
  }
  const spec = defined({
    selector: Object.keys(select).length === 0 ? undefined : { matchLabels: select },
    groupBy: groupBy.length === 0 ? undefined : groupBy,
    limit,
    window: windowOf(flags),
    enforcement: flags.soft ? 'Soft' : 'Hard',
    onExceeded: flags.report ? { action: 'Report' } : undefined,
  });
  return { ...defined({ namespace: flags.namespace }), name, spec };
}

function windowOf({ per, timeZone, rolling }: CreateFlags): object | undefined {
  if (timeZone !== undefined && per === undefined)
    throw new CliFailure('--time-zone goes with --per', 'usage');
  if (per !== undefined) {
    const calendar = per[0]!.toUpperCase() + per.slice(1);
    return defined({ calendar, timeZone });
  }
  return rolling === undefined ? undefined : { rolling: spanText(rolling) };
}

/** Hours, minutes and seconds: what the resource takes. */
function spanText(total: number): string {
  const parts = [
    [Math.floor(total / 3_600), 'h'],
    [Math.floor(total / 60) % 60, 'm'],
    [total % 60, 's'],
  ] as const;
  return parts.map(([count, unit]) => (count === 0 ? '' : `${count}${unit}`)).join('') || '0s';
}

async function fromFile(name: string | undefined, flags: CreateFlags): Promise<NewBudget[]> {
  if (name !== undefined) throw new CliFailure('a name or --file, not both', 'usage');
  return budgetsInFile(flags.file!, flags.namespace);
}
