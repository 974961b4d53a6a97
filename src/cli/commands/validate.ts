/** `tollgate validate FILE…`: every fault before anything is applied, without a gateway. Resources, or standalone configuration. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { CliFailure } from '../failure.ts';
import { type InputDocument, parseDocuments, readInput } from '../input-file.ts';
import { type LocatedFault, type LocatedObject, objectsIn } from '../kube-documents.ts';
import { listed } from '../option-values.ts';
import { type OutputFormat, outputFormats, printList } from '../output/print.ts';
import { type Column, printable } from '../output/table.ts';
import type { Cli, Terminal } from '../terminal.ts';
import { checkObjects, titleOf } from '../validation/check-objects.ts';
import { isStandalone, standaloneFaults } from '../validation/standalone-faults.ts';

interface Flags {
  file: string[];
  namespace: string;
  output: OutputFormat;
}

export function validateCommand({ terminal, env }: Cli): Command {
  return new Command('validate')
    .description('check files of resources as the gateway would, all of them together, without a gateway')
    .argument('[files...]', 'YAML or JSON files, directories of them, - for standard input')
    .option('-f, --file <file>', 'the same, as for kubectl (may be repeated)', listed, [])
    .option('-n, --namespace <namespace>', 'for objects that name none', 'default')
    .addOption(
      new Option('-o, --output <format>', 'form of the output').choices(outputFormats).default('table'),
    )
    .action(async (paths: string[], { file, namespace, output }: Flags) => {
      const files = [...paths, ...file].flatMap(filesAt);
      if (files.length === 0) throw new CliFailure('name the files to check', 'usage');
      const { objects, standalone, faults } = await readObjects(files, namespace);
      for (const { file, document } of standalone)
        faults.push(
          ...standaloneFaults(file, document, env, new Date().toISOString(), (text) =>
            terminal.err(`${printable(text)}\n`),
          ),
        );
      const verdict = checkObjects(objects, new Date().toISOString());
      const all = [...faults, ...verdict.faults].sort(
        (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line,
      );
      for (const { file, line, object } of verdict.unchecked)
        terminal.err(
          `${file}:${line}: ${printable(titleOf(object))} is not of Tollgate's kinds: not checked\n`,
        );
      printFaults(terminal, output, all);
      const things = standalone.length === 0 ? '' : `${counted(standalone.length, 'configuration')} and `;
      const looked = `${things}${counted(objects.length, 'object')} in ${counted(files.length, 'file')}`;
      if (all.length > 0) throw new CliFailure(`${counted(all.length, 'fault')} in ${looked}`);
      terminal.err(`${looked}: no faults.\n`);
    });
}

/** `file:line: object: message`, which editors jump to. */
function printFaults(terminal: Terminal, format: OutputFormat, faults: readonly LocatedFault[]): void {
  if (format === 'table') {
    for (const { file, line, object, message } of faults)
      terminal.out(`${file}:${line}: ${printable(object)}: ${printable(message)}\n`);
  } else {
    printList(terminal, format, { rows: faults, columns, document: faults, empty: '' });
  }
}

const columns: readonly Column<LocatedFault>[] = [
  { title: 'FILE', text: ({ file }) => file },
  { title: 'LINE', text: ({ line }) => String(line), value: ({ line }) => line },
  { title: 'OBJECT', text: ({ object }) => object },
  { title: 'MESSAGE', text: ({ message }) => message },
];

/** Of a directory, what looks like resources; not what lies deeper, as for kubectl. */
function filesAt(path: string): string[] {
  if (path === '-' || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

async function readObjects(
  files: readonly string[],
  namespace: string,
): Promise<{
  objects: LocatedObject[];
  standalone: { file: string; document: InputDocument }[];
  faults: LocatedFault[];
}> {
  const objects: LocatedObject[] = [];
  const standalone: { file: string; document: InputDocument }[] = [];
  const faults: LocatedFault[] = [];
  for (const file of files) {
    const { documents, errors } = parseDocuments(await readInput(file));
    for (const { line, message } of errors) faults.push({ file, line, object: 'YAML', message });
    const own = documents.filter(({ value }) => isStandalone(value));
    standalone.push(...own.map((document) => ({ file, document })));
    const found = objectsIn(
      file,
      documents.filter((document) => !own.includes(document)),
      namespace,
    );
    objects.push(...found.objects);
    faults.push(...found.faults);
  }
  return { objects, standalone, faults };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
