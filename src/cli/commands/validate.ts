/** `tollgate validate FILE…`: every fault before anything is applied, without a gateway. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { CliFailure } from '../failure.ts';
import { parseDocuments, readInput } from '../input-file.ts';
import { type LocatedFault, type LocatedObject, objectsIn } from '../kube-documents.ts';
import { type OutputFormat, outputFormats, printList } from '../output/print.ts';
import { type Column, printable } from '../output/table.ts';
import type { Cli, Terminal } from '../terminal.ts';
import { checkObjects, titleOf } from '../validation/check-objects.ts';
import { isStandalone, standaloneIn } from '../validation/standalone-document.ts';

export function validateCommand({ terminal }: Cli): Command {
  return new Command('validate')
    .description(
      'check files of resources, or of standalone configuration, as the gateway would, all of them together, without a gateway',
    )
    .argument('<files...>', 'YAML or JSON files, directories of them, - for standard input')
    .option('-n, --namespace <namespace>', 'for objects that name none', 'default')
    .addOption(
      new Option('-o, --output <format>', 'form of the output').choices(outputFormats).default('table'),
    )
    .action(async (paths: string[], { namespace, output }: { namespace: string; output: OutputFormat }) => {
      const files = paths.flatMap(filesAt);
      const { objects, faults } = await readObjects(files, namespace);
      const verdict = checkObjects(objects, new Date().toISOString());
      const all = [...faults, ...verdict.faults].sort(
        (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line,
      );
      for (const { file, line, object } of verdict.unchecked)
        terminal.err(
          `${file}:${line}: ${printable(titleOf(object))} is not of Tollgate's kinds: not checked\n`,
        );
      printFaults(terminal, output, all);
      const looked = `${counted(objects.length, 'object')} in ${counted(files.length, 'file')}`;
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
): Promise<{ objects: LocatedObject[]; faults: LocatedFault[] }> {
  const objects: LocatedObject[] = [];
  const faults: LocatedFault[] = [];
  for (const file of files) {
    const { documents, errors } = parseDocuments(await readInput(file));
    for (const { line, message } of errors) faults.push({ file, line, object: 'YAML', message });
    const resources = documents.filter((document) => !isStandalone(document));
    const standalone = documents
      .filter(isStandalone)
      .map((document) => standaloneIn(file, document, process.env));
    for (const found of [objectsIn(file, resources, namespace), ...standalone]) {
      objects.push(...found.objects);
      faults.push(...found.faults);
    }
  }
  return { objects, faults };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
