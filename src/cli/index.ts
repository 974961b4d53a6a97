/** The command line. What a command does is given by the composition root. */
import { Command } from 'commander';
import { resetDemo } from './demo-reset.ts';
import { keysCommand } from './key-manifest.ts';
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
  const program = new Command('tollgate')
    .description('An LLM gateway: virtual keys, and token budgets that hold.')
    .version(actions.version)
    .showHelpAfterError('(run with --help for all options)')
    .configureHelp({ showGlobalOptions: true });
  program.addCommand(upCommand(env, actions.up));
  program.addCommand(keysCommand());
  const demo = program.command('demo').description('the example that `up --demo` serves');
  demo
    .command('reset')
    .description("set the demo's counters to zero, so that mike may spend again")
    .option(
      '--data-dir <dir>',
      'data directory of the running gateway',
      upCommand(env, actions.up).getOptionValue('dataDir'),
    )
    .option('--admin <url>', 'admin API of the running gateway', 'http://127.0.0.1:15000')
    .action((options: { dataDir: string; admin: string }) => resetDemo(options));
  await program.parseAsync([...argv], { from: 'user' });
}
