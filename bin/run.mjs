#!/usr/bin/env node
// `node bin/run.mjs FILE.ts …`: any script of the project on the pinned Node.
import { resolve } from 'node:path';
import { launch } from '../scripts/launch.mjs';

launch(resolve(process.argv[2]), process.argv.slice(3));
