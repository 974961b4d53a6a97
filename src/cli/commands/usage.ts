/** `tollgate usage`: what was used, out of the ledger, by whatever it is grouped by. */
import { Command, Option } from 'commander';
import { type TokenKind, tokenKinds } from '../../core/llm/usage-kinds.ts';
import type { UsageFigures, UsageRow } from '../admin-api.ts';
import { connect, outputOf, withAdmin } from '../admin-command.ts';
import { countText, decimalDollars, moneyText, orDash } from '../output/figures.ts';
import { printList } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import type { Cli } from '../terminal.ts';
import { type CallFilters, filterQuery, withCallFilters } from './call-filters.ts';

interface UsageFlags extends CallFilters {
  by: string;
  kinds: boolean;
  bucket?: string;
  timeZone: string;
}

interface Report {
  rows: UsageRow[];
  total: UsageFigures;
}

export function usageCommand(cli: Cli): Command {
  const command = withAdmin(new Command('usage'), cli)
    .description('requests, tokens and cost, grouped')
    .option('--by <dimensions>', 'user, key, model, provider, route, label:NAME; several with commas', 'user')
    .option('--kinds', 'tokens by kind: cache, reasoning, sound, pictures; those that there are', false)
    .addOption(new Option('--bucket <time>', 'a row for each').choices(['hour', 'day', 'week', 'month']))
    .option('--time-zone <zone>', 'IANA name, of the buckets', 'UTC');
  return withCallFilters(command, '30d').action(async (flags: UsageFlags, command: Command) => {
    const { by, bucket, timeZone, kinds } = flags;
    const query = { ...filterQuery(flags), groupBy: by, bucket, timeZone };
    const report = await connect(command, cli).get<Report>('/usage', query);
    const dimensions = by.split(',').filter((name) => name !== '');
    const format = outputOf(command);
    const figures = format === 'csv' ? allColumns : kinds ? kindColumns(report.total) : plainColumns;
    const total: UsageRow = {
      ...report.total,
      group: Object.fromEntries(dimensions.map((name, i) => [name, i === 0 ? 'TOTAL' : ''])),
    };
    const withTotal = format === 'table' && dimensions.length > 0 && report.rows.length > 1;
    printList(cli.terminal, format, {
      rows: withTotal ? [...report.rows, total] : report.rows,
      columns: [...groupColumns(dimensions), ...bucketColumns(bucket, timeZone), ...figures],
      document: report,
      empty: 'Nothing was used in that time.',
    });
    const { unpriced } = report.total;
    if (format === 'table' && unpriced > 0)
      cli.terminal.err(`${countText(unpriced)} calls of models without a price are not in the cost.\n`);
    if (format === 'table' && kinds && report.total.estimated > 0)
      cli.terminal.err(`Of ${countText(report.total.estimated)} calls the tokens are an estimate.\n`);
  });
}

function groupColumns(dimensions: readonly string[]): Column<UsageRow>[] {
  return dimensions.map((name) => ({
    title: name.replace(/^label:/, '').toUpperCase(),
    name,
    text: ({ group }) => orDash(group[name]),
    value: ({ group }) => group[name] ?? '',
  }));
}

/** The begin of a day or longer needs no time of day; it is told in the zone of the buckets. */
function bucketColumns(bucket: string | undefined, timeZone: string): Column<UsageRow>[] {
  if (bucket === undefined) return [];
  const text = ({ bucketStart }: UsageRow) => {
    if (bucketStart === undefined) return '';
    const begin = Temporal.Instant.from(bucketStart)
      .toZonedDateTimeISO(timeZone)
      .toPlainDateTime()
      .toString();
    return bucket === 'hour' ? begin.slice(0, 16).replace('T', ' ') : begin.slice(0, 10);
  };
  return [{ title: bucket.toUpperCase(), name: 'bucketStart', text, value: (row) => row.bucketStart ?? '' }];
}

function figure(title: string, name: keyof UsageFigures): Column<UsageRow> {
  return { title, name, text: (row) => countText(row[name]), value: (row) => row[name], align: 'right' };
}

const titles: Readonly<Record<TokenKind, string>> = {
  inputTokens: 'INPUT',
  cachedInputTokens: 'CACHED',
  cachedAudioTokens: 'CACHED AUDIO',
  cacheWriteTokens: 'CACHE WRITE',
  cacheWrite1hTokens: '1H WRITE',
  audioInputTokens: 'AUDIO IN',
  imageInputTokens: 'IMAGE IN',
  outputTokens: 'OUTPUT',
  reasoningTokens: 'REASONING',
  audioOutputTokens: 'AUDIO OUT',
  imageOutputTokens: 'IMAGE OUT',
};

const cost: Column<UsageRow> = {
  title: 'COST',
  name: 'costUsd',
  text: (row) => moneyText(row.costNano),
  value: (row) => decimalDollars(row.costNano),
  align: 'right',
};
const calls = [figure('REQUESTS', 'requests'), figure('REFUSED', 'refused'), figure('FAILED', 'failed')];
const kind = (name: TokenKind) => figure(titles[name], name);

const plainColumns: readonly Column<UsageRow>[] = [
  ...calls,
  ...(['inputTokens', 'cachedInputTokens', 'outputTokens'] as const).map(kind),
  figure('TOKENS', 'tokens'),
  cost,
];

/** Of CSV. */
const allColumns: readonly Column<UsageRow>[] = [
  ...calls,
  ...tokenKinds.map(kind),
  figure('TOKENS', 'tokens'),
  figure('UNPRICED', 'unpriced'),
  figure('ESTIMATED', 'estimated'),
  cost,
];

/** Input and output, and of their parts those that anything was used of. */
function kindColumns(total: UsageFigures): readonly Column<UsageRow>[] {
  const used = tokenKinds.filter(
    (name) => name === 'inputTokens' || name === 'outputTokens' || total[name] > 0,
  );
  return [figure('REQUESTS', 'requests'), ...used.map(kind), figure('TOKENS', 'tokens'), cost];
}
