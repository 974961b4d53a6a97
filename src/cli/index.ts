/** The command line. What a command does is given by the composition root. */
import { Command, type CommanderError } from 'commander';
import { auditCommand } from './commands/audit.ts';
import { budgetsCommand } from './commands/budgets.ts';
import { completionCommand } from './commands/completion.ts';
import { contentsCommand } from './commands/contents.ts';
import { demoCommand } from './commands/demo.ts';
import { importCommands } from './commands/import.ts';
import { keysCommand } from './commands/keys.ts';
import { logsCommand } from './commands/logs.ts';
import { retentionCommand } from './commands/retention.ts';
import { simulateCommand } from './commands/simulate.ts';
import { tokensCommand } from './commands/tokens.ts';
import { usageCommand } from './commands/usage.ts';
import { usersCommand } from './commands/users.ts';
import { validateCommand } from './commands/validate.ts';
import { webhooksCommand } from './commands/webhooks.ts';
import { exitCodes } from './failure.ts';
import { type Cli, processTerminal } from './terminal.ts';
import { type UpOptions, upCommand } from './up-options.ts';

export interface CliActions {
  up(options: UpOptions): Promise<void>;
  version: string;
}

export async function runCli(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  actions: CliActions,
): Promise<void> {
  const program = buildProgram({ env, terminal: processTerminal(process) }, actions);
  await program.parseAsync([...argv], { from: 'user' });
}

/** Also what completion and the test of the documentation go through. */
export function buildProgram(cli: Cli, actions: CliActions): Command {
  const program = new Command('tollgate')
    .description('An LLM gateway: virtual keys, and token budgets that hold.')
    .version(actions.version)
    .configureHelp({ showGlobalOptions: true });
  program.addCommand(upCommand(cli.env, actions.up));
  program.addCommand(keysCommand(cli));
  program.addCommand(budgetsCommand(cli));
  program.addCommand(simulateCommand(cli));
  program.addCommand(usageCommand(cli));
  program.addCommand(logsCommand(cli));
  program.addCommand(retentionCommand(cli));
  program.addCommand(contentsCommand(cli));
  program.addCommand(tokensCommand(cli));
  program.addCommand(usersCommand(cli));
  program.addCommand(webhooksCommand(cli));
  program.addCommand(auditCommand(cli));
  program.addCommand(validateCommand(cli));
  program.addCommand(importCommands(cli));
  program.addCommand(demoCommand(cli));
  program.addCommand(completionCommand(cli));
  for (const command of commandsBelow(program)) {
    command.showHelpAfterError('(run with --help for all options)').exitOverride(endOf);
  }
  return program;
}

export function commandsBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsBelow)];
}

/** Help and version are no errors; everything else that commander ends for is the command line's fault. */
function endOf(error: CommanderError): never {
  process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage);
}
