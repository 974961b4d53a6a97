/** `tollgate keys disable`, `keys enable`, `keys delete`. */
import { Command } from 'commander';
import type { KeyView } from '../admin-api.ts';
import { objectPath } from '../admin-client.ts';
import { connect, withAdmin } from '../admin-command.ts';
import { confirm } from '../confirm.ts';
import type { Cli } from '../terminal.ts';
import { keyToChange } from './key-lookup.ts';

export function disableCommand(cli: Cli): Command {
  return switchCommand(cli, 'disable', true, 'refuse a key from now on, without deleting it');
}

export function enableCommand(cli: Cli): Command {
  return switchCommand(cli, 'enable', false, 'let a disabled key in again');
}

function switchCommand(cli: Cli, verb: string, disabled: boolean, description: string): Command {
  return withAdmin(new Command(verb), cli, 'none')
    .description(description)
    .argument('<names...>', 'names, or namespace/name')
    .option('-n, --namespace <namespace>', 'where several have the same name')
    .action(async (names: string[], { namespace }: { namespace?: string }, command: Command) => {
      const client = connect(command, cli);
      for (const name of names) {
        const path = objectPath('keys', await keyToChange(client, name, namespace));
        const key = await client.call<KeyView>('PATCH', path, { body: { disabled } });
        cli.terminal.out(`Key ${key.namespace}/${key.name} is ${key.status}.\n`);
      }
    });
}

export function deleteCommand(cli: Cli): Command {
  return withAdmin(new Command('delete'), cli, 'none')
    .description('delete a key for good; what it used stays in the ledger')
    .argument('<names...>', 'names, or namespace/name')
    .option('-n, --namespace <namespace>', 'where several have the same name')
    .option('-y, --yes', 'do not ask', false)
    .action(async (names: string[], flags: { namespace?: string; yes: boolean }, command: Command) => {
      const client = connect(command, cli);
      const refs = [];
      for (const name of names) refs.push(await keyToChange(client, name, flags.namespace));
      const listed = refs.map((ref) => `${ref.namespace}/${ref.name}`);
      await confirm(cli, flags.yes, `Delete ${listed.join(', ')}? Whoever uses it is refused at once.`);
      for (const [i, ref] of refs.entries()) {
        await client.call('DELETE', objectPath('keys', ref));
        cli.terminal.out(`Key ${listed[i]} is deleted.\n`);
      }
    });
}
