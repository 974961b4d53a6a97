/** `tollgate tokens list`, `create`, `delete`: admin tokens with roles. */
import { Command, Option } from 'commander';
import { connect, outputOf, withAdmin } from '../admin-command.ts';
import { confirm } from '../confirm.ts';
import { CliFailure } from '../failure.ts';
import { momentText, orDash } from '../output/figures.ts';
import { printDocument, printList } from '../output/print.ts';
import type { Cli } from '../terminal.ts';

interface Token {
  name: string;
  role: 'admin' | 'viewer' | 'owner';
  team?: string;
  createdAt: string;
}

export function tokensCommand(cli: Cli): Command {
  const tokens = new Command('tokens').description('admin tokens for people and programs, each with a role');
  for (const make of [listCommand, createCommand, deleteCommand]) tokens.addCommand(make(cli));
  return tokens;
}

function listCommand(cli: Cli): Command {
  return withAdmin(new Command('list'), cli)
    .description('admin tokens, beside the one of the data directory')
    .action(async (_: object, command: Command) => {
      const { items } = await connect(command, cli).get<{ items: Token[] }>('/tokens');
      printList(cli.terminal, outputOf(command), {
        rows: items,
        columns: [
          { title: 'NAME', text: ({ name }) => name },
          { title: 'ROLE', text: ({ role }) => role },
          { title: 'TEAM', text: ({ team }) => orDash(team), value: ({ team }) => team ?? '' },
          {
            title: 'CREATED',
            name: 'createdAt',
            text: ({ createdAt }) => momentText(createdAt),
            value: ({ createdAt }) => createdAt,
          },
        ],
        document: items,
        empty:
          'Only the token of the data directory: `tollgate tokens create NAME --role viewer` makes another.',
      });
    });
}

interface CreateFlags {
  role: Token['role'];
  team?: string;
  valueOnly: boolean;
}

function createCommand(cli: Cli): Command {
  return withAdmin(new Command('create'), cli, ['table', 'json', 'yaml'])
    .argument('<name>', 'of whom or what it is for; the audit log has it')
    .addOption(
      new Option('--role <role>', 'viewer: sees all; owner: of a team’s keys, budgets, usage and calls')
        .choices(['admin', 'viewer', 'owner'])
        .makeOptionMandatory(),
    )
    .option('--team <team>', 'of an owner: value of the label `team`')
    .option('--value-only', 'print the value and nothing else', false)
    .description('make an admin token; its value is printed this once')
    .action(async (name: string, { role, team, valueOnly }: CreateFlags, command: Command) => {
      if ((role === 'owner') !== (team !== undefined))
        throw new CliFailure('--team belongs to --role owner, and that needs it', 'usage');
      const body = { name, role, ...(team === undefined ? {} : { team }) };
      const made = await connect(command, cli).call<{ token: Token; value: string }>('POST', '/tokens', {
        body,
      });
      const format = outputOf(command);
      if (valueOnly) cli.terminal.out(`${made.value}\n`);
      else if (format === 'json' || format === 'yaml') printDocument(cli.terminal, format, made);
      else {
        cli.terminal.out(`${made.value}\n`);
        cli.terminal.err(
          `Token ${name} (${role}${team === undefined ? '' : ` of ${team}`}). It is not shown again.\n`,
        );
      }
    });
}

function deleteCommand(cli: Cli): Command {
  return withAdmin(new Command('delete'), cli, 'none')
    .argument('<name>', 'name of the token')
    .option('-y, --yes', 'do not ask', false)
    .description('delete a token; it and its sessions open nothing any more')
    .action(async (name: string, { yes }: { yes: boolean }, command: Command) => {
      const client = connect(command, cli);
      await confirm(cli, yes, `Delete token ${name}? What uses it is let in no more.`);
      await client.call('DELETE', `/tokens/${encodeURIComponent(name)}`);
      cli.terminal.out(`Token ${name} is deleted.\n`);
    });
}
