/** What every command that talks to a running gateway has: where it is, which token, which form of output. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { type AdminAddress, AdminClient } from './admin-client.ts';
import { CliFailure } from './failure.ts';
import { type OutputFormat, outputFormats } from './output/print.ts';
import type { Cli } from './terminal.ts';
import { defaultDataDir } from './up-options.ts';

interface AdminFlags {
  admin: string;
  dataDir: string;
}

/** Adds the options; `formats` where the command prints something to choose a form for. */
export function withAdmin(
  command: Command,
  cli: Cli,
  formats: readonly OutputFormat[] | 'none' = outputFormats,
): Command {
  const output = new Option('-o, --output <format>', 'form of the output');
  if (formats !== 'none') command.addOption(output.choices(formats).default(formats[0]));
  return command
    .addOption(
      new Option('--admin <url>', 'admin API of the running gateway')
        .env('TOLLGATE_ADMIN_URL')
        .default('http://127.0.0.1:15000'),
    )
    .addOption(
      new Option('--data-dir <dir>', 'data directory of the running gateway, whose admin-token is used')
        .env('TOLLGATE_DATA_DIR')
        .default(defaultDataDir(cli.env)),
    );
}

export function outputOf(command: Command): OutputFormat {
  return command.opts<{ output: OutputFormat }>().output;
}

/** Throws `CliFailure` where the address makes no sense or there is no token. */
export function connect(command: Command, cli: Cli): AdminClient {
  const { admin, dataDir } = command.opts<AdminFlags>();
  const url = addressOf(admin);
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    cli.terminal.err(`tollgate: the admin token goes to ${url.host} unencrypted; use https or a tunnel\n`);
  const given = command.getOptionValueSource('dataDir') === 'cli';
  return new AdminClient({ url: url.origin, ...tokenOf(cli, dataDir, given) });
}

function addressOf(admin: string): URL {
  const url = URL.canParse(admin) ? new URL(admin) : undefined;
  const isPlain = url !== undefined && url.pathname === '/' && url.search === '' && url.username === '';
  if (!isPlain || !/^https?:$/.test(url.protocol))
    throw new CliFailure('--admin: write it as http://HOST:PORT, without a path or a password', 'usage');
  return url;
}

/** A data directory that was named wins over the environment, and that over the default directory. */
function tokenOf(cli: Cli, dataDir: string, given: boolean): Pick<AdminAddress, 'token' | 'tokenSource'> {
  const fromEnvironment = cli.env['TOLLGATE_ADMIN_TOKEN'] ?? '';
  if (!given && fromEnvironment !== '')
    return { token: fromEnvironment, tokenSource: 'TOLLGATE_ADMIN_TOKEN' };
  const path = join(dataDir, 'admin-token');
  try {
    return { token: readFileSync(path, 'utf8').trim(), tokenSource: path };
  } catch {
    throw new CliFailure(
      `${path} can not be read: name the running gateway's --data-dir, or set TOLLGATE_ADMIN_TOKEN`,
      'notAllowed',
    );
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\./.test(host);
}
