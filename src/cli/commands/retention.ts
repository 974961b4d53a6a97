/** `tollgate retention show`, `set`: how long calls are kept in the ledger. */
import { Command, InvalidArgumentError } from 'commander';
import { connect, outputOf, withAdmin } from '../admin-command.ts';
import { confirm } from '../confirm.ts';
import { CliFailure } from '../failure.ts';
import { whole } from '../option-values.ts';
import { countText, momentText, orDash } from '../output/figures.ts';
import { csvText, type OutputFormat, printDocument } from '../output/print.ts';
import { type Column, fieldsText } from '../output/table.ts';
import type { Cli } from '../terminal.ts';

interface Retention {
  days?: number;
  setBy: 'flag' | 'configMap' | 'nothing';
  configMap?: string;
  fault?: string;
  editable: boolean;
  calls: number;
  bytes: number;
  oldest?: string;
  lastCleaning?: { at: string; dropped: number };
  nextCleaning?: string;
  wouldDelete?: number;
}

const mostDays = 36_500;

export function retentionCommand(cli: Cli): Command {
  const retention = new Command('retention').description('how long calls are kept');
  for (const make of [showCommand, setCommand]) retention.addCommand(make(cli));
  return retention;
}

function showCommand(cli: Cli): Command {
  return withAdmin(new Command('show'), cli)
    .option('--days <count>', 'also count what so many days would delete', daysOf)
    .description('how long calls are kept, how many there are, and how much they take')
    .action(async ({ days }: { days?: number }, command: Command) => {
      const query = days === undefined ? {} : { days };
      const found = await connect(command, cli).get<Retention>('/retention', query);
      print(cli, outputOf(command), found);
    });
}

function setCommand(cli: Cli): Command {
  return withAdmin(new Command('set'), cli)
    .argument('<days>', 'days that calls are kept from the next cleaning on, or `forever`', keptOf)
    .option('-y, --yes', 'do not ask', false)
    .description('keep calls so long; what is older is deleted at the next cleaning')
    .action(async (days: number | null, { yes }: { yes: boolean }, command: Command) => {
      const client = connect(command, cli);
      const { wouldDelete = 0, editable } = await client.get<Retention>(
        '/retention',
        days === null ? {} : { days },
      );
      if (!editable)
        throw new CliFailure(
          'it is set where the gateway is started (--ledger-days): leave that out to change it here',
        );
      if (days !== null && wouldDelete > 0)
        await confirm(
          cli,
          yes,
          `Keep calls ${daysText(days)}? ${countText(wouldDelete)} calls are older and will be deleted for good.`,
        );
      const body = { days };
      print(cli, outputOf(command), await client.call<Retention>('PUT', '/retention', { body }));
    });
}

function daysOf(text: string): number {
  const days = whole(text);
  if (days < 1 || days > mostDays) throw new InvalidArgumentError(`from 1 to ${mostDays} days.`);
  return days;
}

/** null: for good. */
function keptOf(text: string): number | null {
  return text === 'forever' ? null : daysOf(text);
}

function print({ terminal }: Cli, format: OutputFormat, retention: Retention): void {
  if (format === 'csv') terminal.out(csvText(columns, [retention]));
  else if (format !== 'table') printDocument(terminal, format, retention);
  else {
    terminal.out(fieldsText(fieldsOf(retention)));
    if (retention.fault !== undefined) terminal.err(`Nothing is deleted: ${retention.fault}\n`);
  }
}

const setByText = { flag: '--ledger-days', configMap: 'ConfigMap', nothing: 'nobody' } as const;

function fieldsOf(retention: Retention): [string, string | undefined][] {
  const { days, setBy, configMap, calls, bytes, oldest, lastCleaning, nextCleaning, wouldDelete } = retention;
  return [
    ['kept', days === undefined ? 'for good' : daysText(days)],
    ['set by', [setByText[setBy], configMap].filter((part) => part !== undefined).join(' ')],
    ['calls', countText(calls)],
    ['bytes', countText(bytes)],
    ['oldest', momentText(oldest)],
    [
      'last cleaning',
      lastCleaning && `${momentText(lastCleaning.at)}, ${countText(lastCleaning.dropped)} calls deleted`,
    ],
    ['next cleaning', momentText(nextCleaning)],
    ['would delete', wouldDelete === undefined ? undefined : `${countText(wouldDelete)} calls`],
  ];
}

const daysText = (days: number) => (days === 1 ? 'a day' : `${countText(days)} days`);

const columns: readonly Column<Retention>[] = [
  number('days', ({ days }) => days),
  { title: 'setBy', name: 'setBy', text: ({ setBy }) => setBy },
  { title: 'configMap', name: 'configMap', text: ({ configMap }) => orDash(configMap) },
  number('calls', ({ calls }) => calls),
  number('bytes', ({ bytes }) => bytes),
  { title: 'oldest', name: 'oldest', text: ({ oldest }) => orDash(oldest) },
  { title: 'nextCleaning', name: 'nextCleaning', text: ({ nextCleaning }) => orDash(nextCleaning) },
  number('wouldDelete', ({ wouldDelete }) => wouldDelete),
];

function number(name: string, of: (retention: Retention) => number | undefined): Column<Retention> {
  return { title: name, name, text: (row) => String(of(row) ?? ''), value: (row) => of(row) ?? '' };
}
