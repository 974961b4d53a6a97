/** `tollgate budgets …` */
import { Command } from 'commander';
import type { Cli } from '../terminal.ts';
import { createCommand } from './budgets-create.ts';
import { driftCommand, repairCommand } from './budgets-drift.ts';
import { deleteCommand, holdsCommand, listCommand, showCommand } from './budgets-read.ts';

export function budgetsCommand(cli: Cli): Command {
  const budgets = new Command('budgets').description('budgets: make, list, see what is used and held');
  for (const make of [
    listCommand,
    showCommand,
    createCommand,
    deleteCommand,
    holdsCommand,
    driftCommand,
    repairCommand,
  ])
    budgets.addCommand(make(cli));
  return budgets;
}
