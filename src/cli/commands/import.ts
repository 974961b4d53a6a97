/** `tollgate import agentgateway|litellm FILE`: keys of other gateways as resources on standard output. */
import { createHash } from 'node:crypto';
import { Command } from 'commander';
import type { KubeObject } from '../../core/resources/object.ts';
import { admit } from '../../core/resources/validate.ts';
import { CliFailure } from '../failure.ts';
import { importAgentgateway } from '../imports/agentgateway.ts';
import { type ImportedObjects, importLitellm } from '../imports/litellm.ts';
import { parseDocuments, readDocuments, readInput } from '../input-file.ts';
import { kindOf, objectsIn } from '../kube-documents.ts';
import { yamlDocuments } from '../output/print.ts';
import { printable } from '../output/table.ts';
import type { Cli, Terminal } from '../terminal.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

export function importCommands(cli: Cli): Command {
  const command = new Command('import').description("another gateway's keys as YAML, with hashes only");
  command
    .command('agentgateway')
    .description('keys in Secrets as VirtualKeys; what is left out is told on standard error')
    .argument('<file>', 'YAML or JSON of Secrets and the policies that use them; - is standard input')
    .option('-n, --namespace <namespace>', 'for objects that name none', 'default')
    .action(async (file: string, { namespace }: { namespace: string }) => {
      const { documents, errors } = parseDocuments(await readInput(file));
      const first = errors[0];
      if (first !== undefined) throw new CliFailure(`${file}:${first.line}: ${first.message}`);
      const { objects } = objectsIn(file, documents, namespace);
      finish(
        cli.terminal,
        file,
        importAgentgateway(
          objects.map(({ object }) => object),
          sha256,
        ),
      );
    });
  command
    .command('litellm')
    .description('keys as VirtualKeys and Budgets; what can not be carried over is told on standard error')
    .argument(
      '<file>',
      'JSON or YAML of keys, as /key/list?return_full_object=true gives it; - is standard input',
    )
    .option('-n, --namespace <namespace>', 'namespace of the Gateway', 'agentgateway-system')
    .action(async (file: string, { namespace }: { namespace: string }) => {
      finish(cli.terminal, file, importLitellm(await readDocuments(file), { namespace, sha256 }));
    });
  return command;
}

/** Nothing is printed that the API would refuse. */
function finish(terminal: Terminal, file: string, { objects, notes }: ImportedObjects): void {
  for (const note of notes) terminal.err(`${printable(note)}\n`);
  const faults = objects.flatMap(faultsOf);
  for (const fault of faults) terminal.err(`${printable(fault)}\n`);
  if (faults.length > 0) throw new CliFailure(`${file}: the API would refuse this; nothing is printed`);
  if (objects.length === 0) throw new CliFailure(`${file}: no keys in it`);
  terminal.out(yamlDocuments(objects));
  const count = (kind: string) => objects.filter((object) => object.kind === kind).length;
  terminal.err(
    `${count('VirtualKey')} keys, ${count('Budget')} budgets. Next: check them with \`tollgate validate\`, then \`kubectl apply -f\`.\n`,
  );
}

function faultsOf(object: KubeObject): string[] {
  const { strictErrors, causes } = admit(kindOf(object)!, object);
  const told = [...strictErrors, ...causes.map(({ field, message }) => `${field}: ${message}`)];
  return told.map((fault) => `${object.kind} ${object.metadata.name}: ${fault}`);
}
