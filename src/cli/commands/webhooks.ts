/** `tollgate webhooks list`, `test`: where budgets' alerts are sent, and a message to try it with. */
import { Command } from 'commander';
import { objectPath } from '../admin-client.ts';
import { connect, outputOf, withAdmin } from '../admin-command.ts';
import { CliFailure } from '../failure.ts';
import { momentText, orDash } from '../output/figures.ts';
import { printList } from '../output/print.ts';
import type { Column } from '../output/table.ts';
import type { Cli } from '../terminal.ts';

interface Webhook {
  namespace: string;
  name: string;
  origin?: string;
  format?: 'json' | 'slack';
  signed: boolean;
  fault?: string;
  budgets: { name: string; atPercent: number[] }[];
  lastDelivered?: { at: string; budget?: string };
  lastFailed?: { at: string; budget?: string; fault: string };
}

interface Tested {
  delivered: boolean;
  status?: number;
  fault?: string;
  durationMs: number;
}

export function webhooksCommand(cli: Cli): Command {
  const webhooks = new Command('webhooks').description('where alerts of budgets are sent');
  for (const make of [listCommand, testCommand]) webhooks.addCommand(make(cli));
  return webhooks;
}

function listCommand(cli: Cli): Command {
  return withAdmin(new Command('list'), cli)
    .description('webhooks that budgets in force name, and how the last message went')
    .action(async (_: object, command: Command) => {
      const { items } = await connect(command, cli).get<{ items: Webhook[] }>('/webhooks');
      printList(cli.terminal, outputOf(command), {
        rows: items,
        columns,
        document: items,
        empty:
          'No budget in force has an alert: `alerts: [{atPercent: 80, webhook: NAME}]` in a Budget makes one.',
      });
    });
}

function testCommand(cli: Cli): Command {
  return withAdmin(new Command('test'), cli)
    .argument('<name>', 'name of the webhook, or namespace/name')
    .option('-n, --namespace <namespace>', 'where several have the same name')
    .description('send a signed message that says it is a test; exit code 1 when it is not taken')
    .action(async (given: string, flags: { namespace?: string }, command: Command) => {
      const client = connect(command, cli);
      const { items } = await client.get<{ items: Webhook[] }>('/webhooks');
      const webhook = find(items, given, flags.namespace);
      const tested = await client.call<Tested>('POST', objectPath('webhooks', webhook, '/test'));
      const row = { ...webhook, ...tested };
      printList(cli.terminal, outputOf(command), {
        rows: [row],
        columns: testColumns,
        document: { namespace: webhook.namespace, name: webhook.name, ...tested },
        empty: '',
      });
      if (!tested.delivered)
        throw new CliFailure(`the test was not taken: ${tested.fault ?? `status ${tested.status}`}`);
    });
}

function find(items: readonly Webhook[], given: string, namespace: string | undefined): Webhook {
  const [first = '', second] = given.split('/');
  const [name, where] = second === undefined ? [first, namespace] : [second, first];
  const found = items.filter((one) => one.name === name && (where === undefined || one.namespace === where));
  const [one, other] = found;
  if (one === undefined)
    throw new CliFailure(`no budget in force sends to a webhook ${given}: see \`tollgate webhooks list\``);
  if (other !== undefined)
    throw new CliFailure(
      `several are called ${name}: ${found.map((each) => `${each.namespace}/${each.name}`).join(', ')}`,
      'usage',
    );
  return one;
}

const nameColumn: Column<{ namespace: string; name: string }> = {
  title: 'NAME',
  text: ({ namespace, name }) => `${namespace}/${name}`,
};

const columns: readonly Column<Webhook>[] = [
  nameColumn,
  { title: 'TO', name: 'origin', text: ({ origin }) => orDash(origin) },
  { title: 'FORMAT', text: ({ format }) => orDash(format) },
  {
    title: 'SIGNED',
    text: ({ signed }) => (signed ? 'yes' : 'no'),
    value: ({ signed }) => String(signed),
  },
  {
    title: 'BUDGETS',
    text: ({ budgets }) =>
      budgets.map(({ name, atPercent }) => `${name} at ${atPercent.join(', ')} %`).join('; '),
  },
  moment('DELIVERED', 'lastDelivered', ({ lastDelivered }) => lastDelivered?.at),
  moment('FAILED', 'lastFailed', ({ lastFailed }) => lastFailed?.at),
  {
    title: 'FAULT',
    text: ({ fault, lastFailed }) => orDash(fault ?? lastFailed?.fault),
    style: ({ fault }) => (fault === undefined ? undefined : 'bad'),
  },
];

function moment(title: string, name: string, at: (webhook: Webhook) => string | undefined): Column<Webhook> {
  return { title, name, text: (row) => orDash(momentText(at(row))), value: (row) => at(row) ?? '' };
}

const testColumns: readonly Column<Webhook & Tested>[] = [
  nameColumn,
  {
    title: 'DELIVERED',
    text: ({ delivered }) => (delivered ? 'yes' : 'no'),
    value: ({ delivered }) => String(delivered),
    style: ({ delivered }) => (delivered ? 'good' : 'bad'),
  },
  {
    title: 'STATUS',
    text: ({ status }) => orDash(status?.toString()),
    value: ({ status }) => status ?? '',
  },
  {
    title: 'MS',
    name: 'durationMs',
    text: ({ durationMs }) => String(durationMs),
    value: ({ durationMs }) => durationMs,
    align: 'right',
  },
];
