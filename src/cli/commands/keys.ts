/** `tollgate keys …` */
import { Command } from 'commander';
import type { Cli } from '../terminal.ts';
import { manifestCommand } from './key-manifest.ts';
import { deleteCommand, disableCommand, enableCommand } from './keys-change.ts';
import { importCommand } from './keys-import.ts';
import { createCommand, rotateCommand } from './keys-issue.ts';
import { exportCommand, listCommand, showCommand } from './keys-read.ts';

/** Until the admin API has their routes. */
const unserved =
  '\nThe gateway of this release serves none of these yet but `manifest`, which needs no gateway; write VirtualKeys with kubectl.';

export function keysCommand(cli: Cli): Command {
  const keys = new Command('keys')
    .description('virtual keys: make, list, change, import, export')
    .addHelpText('after', unserved);
  for (const make of [
    createCommand,
    listCommand,
    showCommand,
    rotateCommand,
    disableCommand,
    enableCommand,
    deleteCommand,
    importCommand,
    exportCommand,
    manifestCommand,
  ])
    keys.addCommand(make(cli));
  return keys;
}
