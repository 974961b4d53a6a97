/** The commands as completion scripts need them: what may follow each. */
import type { Command } from 'commander';

export interface Word {
  text: string;
  /** `o` of an option that is also `-o`. */
  short?: string;
  description: string;
}

export interface CommandWords {
  /** Names from below the program on, each after a blank: ` keys list`; '' is the program. */
  path: string;
  /** Commands, and the values of an argument where they are known. */
  commands: Word[];
  options: Word[];
  /** Flag → the values it takes, where they are known. */
  choices: { flags: string[]; values: readonly string[] }[];
}

export function commandWords(command: Command, path = ''): CommandWords[] {
  const visible = command.options.filter((option) => !option.hidden);
  const own: CommandWords = {
    path,
    commands: [
      ...command.commands.map((child) => ({ text: child.name(), description: child.description() })),
      ...command.registeredArguments.flatMap(({ argChoices = [], description }) =>
        argChoices.map((text) => ({ text, description })),
      ),
    ],
    options: [
      ...visible.map(({ long, short, description }) => ({
        text: long ?? short!,
        ...(short === undefined ? {} : { short: short.slice(1) }),
        description,
      })),
      { text: '--help', short: 'h', description: 'help for the command' },
    ],
    choices: visible.flatMap(({ argChoices, long, short }) =>
      argChoices === undefined
        ? []
        : [{ flags: [short, long].filter((flag) => flag !== undefined), values: argChoices }],
    ),
  };
  return [own, ...command.commands.flatMap((child) => commandWords(child, `${path} ${child.name()}`))];
}

/** A text as one word of a POSIX shell (and fish, but for backslashes, which no description has). */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
