import type { Scenario } from '../scenario.ts';
import { configurations } from './configurations.ts';
import { counting } from './counting.ts';
import { matching } from './matching.ts';
import { behaviour } from './modes.ts';
import { protocol } from './protocol.ts';

/** Each is a file of recordings. */
export const scenarioGroups: Readonly<Record<string, Scenario[]>> = {
  behaviour,
  configurations,
  counting,
  matching,
  protocol,
};
