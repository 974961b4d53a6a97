/** `tollgate users list`, `create`, `change`, `delete`: people who log in to the console with a password. */
import { Command } from 'commander';
import { connect, outputOf, withAdmin } from '../admin-command.ts';
import { confirm } from '../confirm.ts';
import { printList } from '../output/print.ts';
import type { Cli } from '../terminal.ts';
import { type User, userColumns } from './user-columns.ts';
import { changeCommand, createCommand } from './users-change.ts';

export function usersCommand(cli: Cli): Command {
  const users = new Command('users').description('people who log in to the console with a password');
  for (const make of [listCommand, createCommand, changeCommand, deleteCommand]) users.addCommand(make(cli));
  return users;
}

function listCommand(cli: Cli): Command {
  return withAdmin(new Command('list'), cli)
    .description('who may log in with a password; those of an identity provider are not here')
    .action(async (_: object, command: Command) => {
      const { items } = await connect(command, cli).get<{ items: User[] }>('/users');
      printList(cli.terminal, outputOf(command), {
        rows: items,
        columns: userColumns,
        document: items,
        empty:
          'Nobody has a password: `tollgate users create NAME --role viewer --password-stdin` makes a user.',
      });
    });
}

function deleteCommand(cli: Cli): Command {
  return withAdmin(new Command('delete'), cli, 'none')
    .argument('<name>', 'what is typed at the login')
    .option('-y, --yes', 'do not ask', false)
    .description('delete a user; the sessions end')
    .action(async (name: string, { yes }: { yes: boolean }, command: Command) => {
      const client = connect(command, cli);
      await confirm(cli, yes, `Delete user ${name}? The sessions end at once.`);
      await client.call('DELETE', `/users/${encodeURIComponent(name)}`);
      cli.terminal.out(`User ${name} is deleted.\n`);
    });
}
