/** Writes the CRD manifests for real clusters from the schemas: `node bin/run.mjs scripts/generate-crds.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { crdOf } from '../src/core/resources/crd.ts';
import { allKinds } from '../src/core/resources/kinds.ts';

const directory = join(import.meta.dirname, '..', 'deploy', 'crds');
mkdirSync(directory, { recursive: true });
for (const kind of allKinds.filter(({ origin }) => origin === 'crd')) {
  const text = `# Written by scripts/generate-crds.ts from src/core/resources; do not edit.\n${stringify(crdOf(kind), { lineWidth: 0, aliasDuplicateObjects: false })}`;
  writeFileSync(join(directory, `${kind.group}_${kind.plural}.yaml`), text);
}
