/** `tollgate demo reset`: the demo's counters set to zero through the admin API of the running gateway. */
import { Command } from 'commander';
import { connect, withAdmin } from '../admin-command.ts';
import { demoDomain } from '../demo-objects.ts';
import type { Cli } from '../terminal.ts';

export function demoCommand(cli: Cli): Command {
  const demo = new Command('demo').description('the example that `up --demo` serves');
  withAdmin(demo.command('reset'), cli, 'none')
    .description("set the demo's counters to zero, so that mike may spend again")
    .action(async (_: object, command: Command) => {
      const query = { prefix: `${demoDomain}_` };
      const { reset } = await connect(command, cli).call<{ reset: number }>('DELETE', '/counters', { query });
      const counters = `${reset} counter${reset === 1 ? '' : 's'}`;
      cli.terminal.out(`${counters} of the demo set to zero; mike may spend again.\n`);
    });
  return demo;
}
