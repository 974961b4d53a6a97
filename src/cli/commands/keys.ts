/** `tollgate keys …` */
import { Command } from 'commander';
import type { Cli } from '../terminal.ts';
import { manifestCommand } from './key-manifest.ts';
import { deleteCommand, disableCommand, enableCommand } from './keys-change.ts';
import { importCommand } from './keys-import.ts';
import { createCommand, rotateCommand } from './keys-issue.ts';
import { exportCommand, listCommand, showCommand } from './keys-read.ts';

export function keysCommand(cli: Cli): Command {
  const keys = new Command('keys').description('virtual keys: make, list, change, import, export');
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
