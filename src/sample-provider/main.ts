/** The sample provider as a process of its own: `node main.ts --port 0`. GET /usage tells what it has reported so far. */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startSampleProvider } from './server.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, host: { type: 'string', default: '127.0.0.1' } },
});
const provider = await startSampleProvider({
  host: values.host,
  port: Number(values.port),
  randomId: () => randomBytes(12).toString('hex'),
});
console.log(`sample provider at ${provider.url}`);
process.on('SIGTERM', () => void provider.close());
