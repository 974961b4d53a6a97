/** `tollgate completion bash|zsh|fish` */
import { Argument, Command } from 'commander';
import { completionScript, type Shell, shells } from '../completion/scripts.ts';
import type { Cli } from '../terminal.ts';

export function completionCommand({ terminal }: Cli): Command {
  return new Command('completion')
    .description('a script that completes commands and options in your shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell: Shell, _: object, command: Command) => {
      terminal.out(completionScript(shell, command.parent!));
    });
}
