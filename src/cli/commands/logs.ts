/** `tollgate logs [-f]`: calls out of the ledger, oldest first, and then as they come. */
import { Command, Option } from 'commander';
import { connect, withAdmin } from '../admin-command.ts';
import { whole } from '../option-values.ts';
import type { Cli } from '../terminal.ts';
import { type CallFilters, filterQuery, withCallFilters } from './call-filters.ts';
import { followCalls, latestCalls } from './log-follow.ts';
import { callPrinter, type LogFormat } from './log-printer.ts';

interface LogFlags extends CallFilters {
  follow: boolean;
  limit: number;
  output: LogFormat;
}

export function logsCommand(cli: Cli): Command {
  const command = withAdmin(new Command('logs'), cli, 'none')
    .description('calls, oldest first: who, which model, how much, and why refused')
    .option('-f, --follow', 'go on with calls as they come', false)
    .option('--limit <count>', 'so many of the latest', whole, 20)
    .addOption(
      new Option('-o, --output <format>', 'json and yaml: one call after the other')
        .choices(['table', 'json', 'yaml', 'csv'])
        .default('table'),
    );
  return withCallFilters(command).action(async (flags: LogFlags, command: Command) => {
    const client = connect(command, cli);
    const query = filterQuery(flags);
    const print = callPrinter(cli.terminal, flags.output, flags.follow);
    if (flags.follow) return followCalls(client, query, flags.limit, print, cli.terminal);
    const calls = await latestCalls(client, query, flags.limit);
    print(calls);
    if (calls.length === 0) cli.terminal.err('No call is like that.\n');
  });
}
