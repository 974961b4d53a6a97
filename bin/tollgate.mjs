#!/usr/bin/env node
import { join } from 'node:path';
import { ensureUiBuilt } from '../scripts/build-ui.mjs';
import { launch } from '../scripts/launch.mjs';
import { ensureInstalled, root } from '../scripts/setup.mjs';

if (process.argv[2] === 'up') {
  ensureInstalled();
  if (!ensureUiBuilt()) process.stderr.write('tollgate: starting without the console.\n');
}
launch(join(root, 'src', 'main.ts'), process.argv.slice(2));
