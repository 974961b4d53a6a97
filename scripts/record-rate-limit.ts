/**
 * `node bin/run.mjs scripts/record-rate-limit.ts BINARY [NAME…]`: asks envoyproxy/ratelimit (a binary built elsewhere) what the
 * scenarios ask, and keeps its answers in testdata/rate-limit-original for test/rate-limit-original.test.ts.
 */
import { startOriginal } from '../test/support/rate-limit/original.ts';
import { play } from '../test/support/rate-limit/play.ts';
import { writeRecordings } from '../test/support/rate-limit/recordings.ts';
import type { Recording, Scenario } from '../test/support/rate-limit/scenario.ts';
import { scenarioGroups } from '../test/support/rate-limit/scenarios/groups.ts';

const [binary, ...names] = process.argv.slice(2);
if (binary === undefined) throw new Error('name the binary of envoyproxy/ratelimit');

async function record(scenario: Scenario): Promise<Recording> {
  for (let tries = 1; ; tries++) {
    const original = await startOriginal(binary!, scenario);
    try {
      return await play(original, scenario);
    } catch (error) {
      if (tries === 3) throw error;
    } finally {
      await original.close();
    }
  }
}

for (const [group, scenarios] of Object.entries(scenarioGroups)) {
  if (names.length > 0 && !names.includes(group)) continue;
  const recordings: Recording[] = [];
  for (const scenario of scenarios) {
    process.stdout.write(`${group}: ${scenario.name}\n`);
    recordings.push(await record(scenario));
  }
  writeRecordings(group, recordings);
}
