#!/usr/bin/env node
import { join } from 'node:path';
import { launch } from '../scripts/launch.mjs';
import { root } from '../scripts/setup.mjs';

launch(join(root, 'src', 'main.ts'), process.argv.slice(2));
