/** `tollgate contents show`, `delete`: what was said in calls, where that is recorded. */
import { Command } from 'commander';
import type { CallContent, ContentPart, Recorded } from '../../core/content/model.ts';
import { connect, outputOf, withAdmin } from '../admin-command.ts';
import { confirm } from '../confirm.ts';
import { CliFailure } from '../failure.ts';
import { printDocument } from '../output/print.ts';
import type { Cli } from '../terminal.ts';

interface Told extends CallContent {
  state: string;
  setBy?: string;
  deletedAt?: string;
  deletedBy?: string;
  annotate?: { annotation: string; value: string; object: string };
}

export function contentsCommand(cli: Cli): Command {
  const contents = new Command('contents').description('what was said in calls, where that is recorded');
  for (const make of [showCommand, deleteCommand]) contents.addCommand(make(cli));
  return contents;
}

function showCommand(cli: Cli): Command {
  return withAdmin(new Command('show'), cli, ['table', 'json', 'yaml'])
    .argument('<id>', 'of the call, as `logs` shows it')
    .description('prompt and answer of one call; that you read it is entered in the audit log')
    .action(async (id: string, _: object, command: Command) => {
      const told = await connect(command, cli).get<Told>(`/calls/${encodeURIComponent(id)}/content`);
      const format = outputOf(command);
      if (format === 'json' || format === 'yaml') return printDocument(cli.terminal, format, told);
      if (told.state !== 'recorded') throw new CliFailure(whyNot(told));
      const { prompt, answer } = told;
      const parts = [prompt && textOf('Prompt', prompt), answer && textOf('Answer', answer)];
      cli.terminal.out(parts.filter((part) => part !== undefined).join('\n'));
    });
}

interface DeleteFlags {
  user?: string;
  key?: string;
  yes: boolean;
}

function deleteCommand(cli: Cli): Command {
  return withAdmin(new Command('delete'), cli, 'none')
    .argument('[id]', 'of one call')
    .option('--user <name>', 'of all calls of this user')
    .option('--key <id>', 'of all calls of this key: VirtualKey/NAMESPACE/NAME')
    .option('-y, --yes', 'do not ask', false)
    .description('delete what was recorded of a call, a user or a key; the calls stay in the ledger')
    .action(async (id: string | undefined, { user, key, yes }: DeleteFlags, command: Command) => {
      if ([id, user, key].filter((given) => given !== undefined).length !== 1)
        throw new CliFailure('name one of them: a call, --user or --key', 'usage');
      const client = connect(command, cli);
      const whose = id === undefined ? `all calls of ${user ?? key}` : `call ${id}`;
      await confirm(cli, yes, `Delete for good what was said in ${whose}?`);
      const path = id === undefined ? '/contents' : `/calls/${encodeURIComponent(id)}/content`;
      const { deleted } = await client.call<{ deleted: number }>('DELETE', path, { query: { user, key } });
      cli.terminal.out(`What was said in ${deleted === 1 ? '1 call' : `${deleted} calls`} is deleted.\n`);
    });
}

function whyNot({ state, annotate, deletedAt, deletedBy }: Told): string {
  switch (state) {
    case 'off':
      return annotate === undefined
        ? 'it was not recorded'
        : `it was not recorded; ${annotate.object} records with the annotation ${annotate.annotation}=${annotate.value}`;
    case 'pending':
      return 'it is being stored: try again in a few seconds';
    case 'deleted':
      return `it was deleted on request, by ${deletedBy} at ${deletedAt}`;
    case 'expired':
      return 'it is deleted: what was said is kept for some days only';
    case 'unreadable':
      return 'it was encrypted with another key than the gateway has, or is damaged';
    default:
      return 'it is lost: it could not be stored, or the gateway ended before it was';
  }
}

const notes: Record<NonNullable<Recorded['note']>, string> = {
  guard: 'guards refused it, nothing of it is recorded',
  invalid: 'it was refused before guards saw it, nothing of it is recorded',
  'too-large': 'it was larger than what is looked at',
  'not-text': 'no text in it can be read',
  'not-delivered': 'the client got no answer of a model',
  'cut-off': 'it broke off: these are the words that had been delivered',
  busy: 'too many recorded calls were under way at once',
  realtime: 'a session over a WebSocket, of which nothing is recorded',
};

function textOf(title: string, { turns, omitted, note }: Recorded): string {
  const left = omitted && `[${omitted.turns} turns and ${omitted.characters} characters were not kept]`;
  const lines = [
    `== ${title}`,
    ...(note === undefined ? [] : [`[${notes[note]}]`]),
    ...(left === undefined ? [] : [left]),
    ...turns.flatMap(({ role, parts }) => [`-- ${role}`, ...parts.map(partText)]),
  ];
  return `${lines.map(harmless).join('\n')}\n`;
}

function partText(part: ContentPart): string {
  if (part.type === 'other') return `[${part.kind}: not recorded]`;
  if (part.type === 'media') {
    const details = [part.mediaType, part.bytes === undefined ? undefined : `${part.bytes} bytes`];
    return `[${[part.kind, ...details.filter((detail) => detail !== undefined)].join(', ')}: not kept]`;
  }
  const { type, text, name, truncated } = part;
  const head = type === 'text' ? '' : `[${type}${name === undefined ? '' : ` ${name}`}] `;
  return head + text + (truncated === undefined ? '' : `\n[${truncated} more characters were not kept]`);
}

/** What others wrote must not steer the terminal. */
function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '\uFFFD');
}
