/** `tollgate users create`, `change`. Passwords come by standard input: no process list and no shell's history has them. */
import { text as readAll } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { connect, outputOf, withAdmin } from '../admin-command.ts';
import { CliFailure } from '../failure.ts';
import { printList } from '../output/print.ts';
import type { Cli } from '../terminal.ts';
import { type User, userColumns } from './user-columns.ts';

interface CreateFlags {
  role: User['role'];
  team?: string;
  passwordStdin: boolean;
}

const roles = ['admin', 'viewer', 'owner'];
const roleHelp = 'viewer: sees all; owner: of a team’s keys, budgets, usage and calls';
const teamHelp = 'of an owner: value of the label `team`';

export function createCommand(cli: Cli): Command {
  return withAdmin(new Command('create'), cli)
    .argument('<name>', 'what is typed at the login, such as anna or anna@example.com')
    .addOption(new Option('--role <role>', roleHelp).choices(roles).makeOptionMandatory())
    .option('--team <team>', teamHelp)
    .option('--password-stdin', 'take the password from standard input', false)
    .description('make a user, who may log in at once')
    .action(async (name: string, { role, team, passwordStdin }: CreateFlags, command: Command) => {
      if ((role === 'owner') !== (team !== undefined))
        throw new CliFailure('--team belongs to --role owner, and that needs it', 'usage');
      if (!passwordStdin)
        throw new CliFailure(
          'a user needs a password: --password-stdin reads it from standard input',
          'usage',
        );
      const body = { name, role, ...(team === undefined ? {} : { team }), password: await readPassword() };
      const made = await connect(command, cli).call<User>('POST', '/users', { body });
      printUser(cli, command, made);
    });
}

interface ChangeFlags {
  role?: User['role'];
  team?: string;
  disable?: boolean;
  enable?: boolean;
  passwordStdin: boolean;
}

export function changeCommand(cli: Cli): Command {
  return withAdmin(new Command('change'), cli)
    .argument('<name>', 'what is typed at the login')
    .addOption(new Option('--role <role>', roleHelp).choices(roles))
    .option('--team <team>', teamHelp)
    .addOption(new Option('--disable', 'cannot log in; the sessions end').conflicts('enable'))
    .option('--enable', 'may log in again')
    .option('--password-stdin', 'another password, from standard input; the sessions end', false)
    .description('change a user; what is not named stays')
    .action(async (name: string, flags: ChangeFlags, command: Command) => {
      const { role, team, disable, enable, passwordStdin } = flags;
      const body = {
        ...(role !== undefined && { role }),
        ...(team !== undefined && { team }),
        ...(disable === true && { disabled: true }),
        ...(enable === true && { disabled: false }),
        ...(passwordStdin && { password: await readPassword() }),
      };
      if (Object.keys(body).length === 0) throw new CliFailure('say what changes', 'usage');
      const path = `/users/${encodeURIComponent(name)}`;
      printUser(cli, command, await connect(command, cli).call<User>('PATCH', path, { body }));
    });
}

/** Without the line's end that `echo` puts there: no password has one. */
async function readPassword(): Promise<string> {
  const password = (await readAll(process.stdin)).replace(/\r?\n$/, '');
  if (password === '') throw new CliFailure('--password-stdin: standard input is empty', 'usage');
  return password;
}

function printUser(cli: Cli, command: Command, user: User): void {
  const list = { rows: [user], columns: userColumns, document: user, empty: '' };
  printList(cli.terminal, outputOf(command), list);
}
