/** `tollgate audit`: who changed what. */
import { Command } from 'commander';
import { connect, outputOf, withAdmin } from '../admin-command.ts';
import { momentFromNow, whole } from '../option-values.ts';
import { printList } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import type { Cli } from '../terminal.ts';

interface Change {
  field: string;
  from?: unknown;
  to?: unknown;
}

interface Entry {
  id: string;
  time: string;
  actor: string;
  role: string;
  action: string;
  object: string;
  changes: Change[];
}

interface Flags {
  object?: string;
  actor?: string;
  from?: string;
  to?: string;
  limit: number;
}

const pageSize = 1_000;

export function auditCommand(cli: Cli): Command {
  const past = momentFromNow('past');
  return withAdmin(new Command('audit'), cli)
    .description('who changed what, newest first: through the admin API and with kubectl')
    .option('--object <name>', 'begin of the object’s name: Budget/, VirtualKey/namespace/name')
    .option('--actor <name>', 'name of an admin token, or kubeconfig')
    .option('--from <time>', 'from then on: a moment, a day, or a span ago: 7d', past)
    .option('--to <time>', 'until then, not included', past)
    .option('--limit <n>', 'entries at most; 0 for all', whole, 100)
    .action(async ({ limit, ...filter }: Flags, command: Command) => {
      const client = connect(command, cli);
      const { object, actor, from, to } = filter;
      const entries: Entry[] = [];
      const wanted = limit === 0 ? Number.POSITIVE_INFINITY : limit;
      let before: string | undefined;
      do {
        const size = Math.min(pageSize, wanted - entries.length);
        const query = { object, actor, from, to, limit: size, before };
        const page = await client.get<{ items: Entry[]; next?: string }>('/audit', query);
        entries.push(...page.items);
        before = page.next;
      } while (before !== undefined && entries.length < wanted);
      printList(cli.terminal, outputOf(command), {
        rows: entries,
        columns,
        document: entries,
        empty: 'Nothing was changed.',
      });
    });
}

const columns: readonly Column<Entry>[] = [
  {
    title: 'TIME (UTC)',
    name: 'time',
    text: ({ time }) => time.slice(0, 19).replace('T', ' '),
    value: ({ time }) => time,
  },
  { title: 'ACTOR', text: ({ actor }) => actor },
  { title: 'ROLE', text: ({ role }) => role },
  { title: 'ACTION', text: ({ action }) => action },
  { title: 'OBJECT', text: ({ object }) => object },
  {
    title: 'CHANGES',
    text: ({ changes }) => shortly(changes),
    value: ({ changes }) => JSON.stringify(changes),
  },
];

const shown = 3;

/** `spec.limit.tokens: 10 → 20`; the first few. */
function shortly(changes: readonly Change[]): string {
  const texts = changes.slice(0, shown).map(({ field, from, to }) => {
    if (from === undefined) return to === undefined ? field : `${field}: ${valueText(to)}`;
    return to === undefined
      ? `${field}: ${valueText(from)} → none`
      : `${field}: ${valueText(from)} → ${valueText(to)}`;
  });
  const more = changes.length - shown;
  return [...texts, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
