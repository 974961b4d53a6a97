/** `tollgate budgets …` */
import { Command } from 'commander';
import type { Cli } from '../terminal.ts';
import { createCommand } from './budgets-create.ts';
import { driftCommand, repairCommand } from './budgets-drift.ts';
import { holdsCommand, releaseCommand } from './budgets-holds.ts';
import { deleteCommand, listCommand, showCommand } from './budgets-read.ts';

const verbs = [
  listCommand,
  showCommand,
  createCommand,
  deleteCommand,
  holdsCommand,
  releaseCommand,
  driftCommand,
  repairCommand,
];

export function budgetsCommand(cli: Cli): Command {
  const budgets = new Command('budgets').description('budgets: make, list, see what is used and held');
  for (const make of verbs) budgets.addCommand(make(cli));
  return budgets;
}
