/** `tollgate keys create` and `keys rotate`: the value is printed once, and by nothing else. */
import { text as readAll } from 'node:stream/consumers';
import { Command } from 'commander';
import type { IssuedKey, NewKey } from '../admin-api.ts';
import { type AdminClient, objectPath } from '../admin-client.ts';
import { connect, outputOf, withAdmin } from '../admin-command.ts';
import { CliFailure } from '../failure.ts';
import { listed, momentFromNow, pair, seconds, whole } from '../option-values.ts';
import { momentText } from '../output/figures.ts';
import { type OutputFormat, printDocument } from '../output/print.ts';
import type { Cli } from '../terminal.ts';
import { curlSnippet } from './curl-snippet.ts';
import { keyToChange } from './key-lookup.ts';
import { withoutSecrets } from './keys-read.ts';

interface CreateFlags {
  namespace?: string;
  owner?: string;
  label: Record<string, string>;
  metadata: Record<string, string>;
  model: string[];
  route: string[];
  cidr: string[];
  requestsPerMinute?: number;
  tokensPerMinute?: number;
  concurrency?: number;
  expires?: string;
  valueStdin: boolean;
  keyHash?: string;
  valueOnly: boolean;
}

export function createCommand(cli: Cli): Command {
  return withAdmin(new Command('create'), cli, ['table', 'json', 'yaml'])
    .description('a new key; its value is shown this once')
    .argument('<name>', 'name of the key')
    .option('-n, --namespace <namespace>', "default: the Gateway's")
    .option('--owner <owner>', 'who holds it: the name in reports (default: the name)')
    .option('--label <name=value>', 'what budgets select by and reports group by (may be repeated)', pair, {})
    .option('--metadata <name=value>', 'what CEL sees as apiKey.* (may be repeated)', pair, {})
    .option('--model <pattern>', 'model that may be asked for (may be repeated; default: all)', listed, [])
    .option('--route <name>', 'HTTPRoute that may be called (may be repeated; default: all)', listed, [])
    .option('--cidr <block>', 'addresses that may call (may be repeated; default: all)', listed, [])
    .option('--requests-per-minute <count>', 'requests that may start in a minute', whole)
    .option('--tokens-per-minute <count>', 'tokens a minute, input and output', whole)
    .option('--concurrency <count>', 'calls that may be under way together', whole)
    .option('--expires <time>', 'a moment, a day or a span: 2027-01-01, 90d', momentFromNow('future'))
    .option('--value-stdin', 'take an existing value from standard input', false)
    .option('--key-hash <hash>', 'SHA-256 of an existing value: sha256:…')
    .option('--value-only', 'print the new value and nothing else, for scripts', false)
    .action(async (name: string, flags: CreateFlags, command: Command) => {
      const client = connect(command, cli);
      const body = await newKeyOf(name, flags);
      const issued = await client.call<IssuedKey>('POST', '/keys', { body });
      await printIssued(cli, client, issued, flags.valueOnly, outputOf(command));
    });
}

interface RotateFlags {
  namespace?: string;
  grace: number;
  valueOnly: boolean;
}

export function rotateCommand(cli: Cli): Command {
  return withAdmin(new Command('rotate'), cli, ['table', 'json', 'yaml'])
    .description('a new value for a key; the old one works on until the grace ends')
    .argument('<name>', 'name, or namespace/name')
    .option('-n, --namespace <namespace>', 'where several have the same name')
    .option('--grace <span>', 'how long the old value works on: 24h, 0s', seconds, 86_400)
    .option('--value-only', 'print the new value and nothing else, for scripts', false)
    .action(async (name: string, flags: RotateFlags, command: Command) => {
      const client = connect(command, cli);
      const path = objectPath('keys', await keyToChange(client, name, flags.namespace), '/rotate');
      const body = { graceSeconds: flags.grace };
      const issued = await client.call<IssuedKey>('POST', path, { body });
      await printIssued(cli, client, issued, flags.valueOnly, outputOf(command));
      const until = momentText(Date.now() + flags.grace * 1000);
      cli.terminal.err(
        flags.grace === 0 ? 'The old value works no more.\n' : `The old value works until ${until}.\n`,
      );
    });
}

async function newKeyOf(name: string, flags: CreateFlags): Promise<NewKey> {
  const { namespace, owner = name, requestsPerMinute, tokensPerMinute, concurrency } = flags;
  if (flags.valueOnly && (flags.valueStdin || flags.keyHash !== undefined))
    throw new CliFailure('--value-only goes with a new value', 'usage');
  if (flags.valueStdin && flags.keyHash !== undefined)
    throw new CliFailure('one of --value-stdin and --key-hash, not both', 'usage');
  if (flags.keyHash !== undefined && !/^sha256:[0-9a-f]{64}$/.test(flags.keyHash))
    throw new CliFailure('--key-hash: sha256: and 64 hexadecimal digits in lower case', 'usage');
  const value = flags.valueStdin ? (await readAll(process.stdin)).trim() : undefined;
  if (value === '') throw new CliFailure('--value-stdin: standard input is empty', 'usage');
  // JSON leaves undefined out.
  return {
    namespace,
    name,
    owner,
    metadata: flags.metadata,
    labels: flags.label,
    allowedModels: flags.model,
    allowedRoutes: flags.route,
    allowedCIDRs: flags.cidr,
    limits: { requestsPerMinute, tokensPerMinute, concurrency },
    expiresAt: flags.expires,
    value,
    keyHash: flags.keyHash,
  };
}

async function printIssued(
  { terminal }: Cli,
  client: AdminClient,
  { key, value }: IssuedKey,
  valueOnly: boolean,
  format: OutputFormat,
): Promise<void> {
  const name = `${key.namespace}/${key.name}`;
  if (format === 'json' || format === 'yaml') {
    const document = { key: withoutSecrets(key), ...(value === undefined ? {} : { value }) };
    printDocument(terminal, format, document);
  } else if (value === undefined) {
    terminal.out(`Key ${name} opens the gateway with the value that you have.\n`);
  } else if (valueOnly) {
    terminal.out(`${value}\n`);
  } else {
    terminal.out(valueText(name, value, await curlSnippet(client)));
  }
}

function valueText(name: string, value: string, snippet: string): string {
  return `Key ${name}. Its value, shown this once and kept nowhere:

  ${value}

Try it:
  export TOLLGATE_KEY=…   # the value above
${snippet}
`;
}
