/** `tollgate keys list`, `keys show`, `keys export`. */
import { Command, Option } from 'commander';
import type { KeyView } from '../admin-api.ts';
import { connect, outputOf, withAdmin } from '../admin-command.ts';
import { whole } from '../option-values.ts';
import { csvText, printDocument, printList } from '../output/print.ts';
import type { Cli } from '../terminal.ts';
import { keyColumns, keyText } from './key-columns.ts';
import { findKey, listKeys } from './key-lookup.ts';

interface ListFlags {
  search?: string;
  status?: string;
  sort: string;
  desc: boolean;
  limit: number;
}

export function listCommand(cli: Cli): Command {
  return withAdmin(new Command('list'), cli)
    .description('keys of every kind, with what they used this month')
    .option('--search <text>', 'part of the name, owner, label or metadata')
    .addOption(statusOption())
    .addOption(
      new Option('--sort <field>', 'order').choices(['name', 'owner', 'spend', 'lastUsedAt']).default('name'),
    )
    .option('--desc', 'largest or latest first', false)
    .option('--limit <count>', 'most that are listed; 0 for all', whole, 100)
    .action(async (flags: ListFlags, command: Command) => {
      const { search, status, sort, desc, limit } = flags;
      const query = { search, status, sort, order: desc ? 'desc' : 'asc' };
      const { items, total, atLeast } = await listKeys(connect(command, cli), query, limit);
      printList(cli.terminal, outputOf(command), {
        rows: items,
        columns: keyColumns,
        document: items.map(withoutSecrets),
        empty:
          search === undefined && status === undefined
            ? 'No keys yet: `tollgate keys create NAME` makes one.'
            : 'No key is like that.',
      });
      if (items.length < total || atLeast)
        cli.terminal.err(
          `${items.length} of ${total}${atLeast ? ' or more' : ''} keys; --limit 0 lists all, --search finds some.\n`,
        );
    });
}

export function showCommand(cli: Cli): Command {
  return withAdmin(new Command('show'), cli, ['table', 'json', 'yaml'])
    .description('one key: who holds it, what it opens, what it used')
    .argument('<name>', 'name, or namespace/name')
    .option('-n, --namespace <namespace>', 'where several have the same name')
    .action(async (name: string, { namespace }: { namespace?: string }, command: Command) => {
      const key = await findKey(connect(command, cli), name, namespace);
      const format = outputOf(command);
      if (format === 'json' || format === 'yaml') printDocument(cli.terminal, format, withoutSecrets(key));
      else cli.terminal.out(keyText(key));
    });
}

export function exportCommand(cli: Cli): Command {
  return withAdmin(new Command('export'), cli, ['yaml', 'json', 'csv'])
    .description('all keys and their terms, never a value')
    .option('--search <text>', 'part of the name, owner, label or metadata')
    .addOption(statusOption())
    .action(async ({ search, status }: { search?: string; status?: string }, command: Command) => {
      const { items } = await listKeys(connect(command, cli), { search, status, sort: 'name' });
      const format = outputOf(command);
      if (format === 'csv') cli.terminal.out(csvText(keyColumns, items));
      else printDocument(cli.terminal, format as 'json' | 'yaml', items.map(withoutSecrets));
    });
}

function statusOption(): Option {
  return new Option('--status <status>', 'only keys that are so').choices([
    'active',
    'disabled',
    'expired',
    'pending',
  ]);
}

const shownFields = [
  'id',
  'source',
  'namespace',
  'name',
  'owner',
  'display',
  'status',
  'message',
  'metadata',
  'labels',
  'allowedModels',
  'allowedRoutes',
  'allowedCIDRs',
  'limits',
  'expiresAt',
  'createdAt',
  'lastUsedAt',
  'usage',
  'resourceVersion',
  'editable',
] as const satisfies readonly (keyof KeyView)[];

/** Named fields only: whatever else an answer may have one day, it is not passed on. */
export function withoutSecrets(key: KeyView): Partial<KeyView> {
  return Object.fromEntries(
    shownFields.flatMap((field) => (key[field] === undefined ? [] : [[field, key[field]]])),
  );
}
