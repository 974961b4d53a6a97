/** Which calls: options that `usage` and `logs` have in common. */
import { type Command, Option } from 'commander';
import type { Query } from '../admin-client.ts';
import { momentFromNow, pair } from '../option-values.ts';

export interface CallFilters {
  from?: string;
  to?: string;
  user?: string;
  key?: string;
  model?: string;
  provider?: string;
  route?: string;
  outcome?: string;
  search?: string;
  label: Record<string, string>;
}

/** `since`: the default of --from, a span. */
export function withCallFilters(command: Command, since?: string): Command {
  const past = momentFromNow('past');
  const from = new Option('--from <time>', 'from then on: a moment, a day, or a span ago: 7d').argParser(
    past,
  );
  if (since !== undefined) from.default(past(since), `${since} ago`);
  return command
    .addOption(from)
    .option('--to <time>', 'until then, not included', past)
    .option('--user <name>', 'only of this user')
    .option('--key <id>', 'only of this key: VirtualKey/namespace/name')
    .option('--model <name>', 'only to this model')
    .option('--provider <name>', 'only to this provider')
    .option('--route <name>', 'only through this route: namespace/name')
    .addOption(
      new Option('--outcome <outcome>', 'only those that ended so').choices(['ok', 'refused', 'failed']),
    )
    .option('--search <text>', 'in the id, key, user, model, path or error')
    .option('--label <name=value>', 'only of keys with this label (may be repeated)', pair, {});
}

export function filterQuery(flags: CallFilters): Query {
  const { from, to, user, key, model, provider, route, outcome, search, label } = flags;
  const labels = Object.entries(label).map(([name, value]) => [`label.${name}`, value]);
  return { from, to, user, key, model, provider, route, outcome, search, ...Object.fromEntries(labels) };
}
