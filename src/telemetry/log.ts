/** The program's own log: JSON lines, one line of plain text on a terminal. Secrets never reach it; redaction is the net below. */
import { type Logger, pino } from 'pino';

const redact = [
  'authorization',
  'key',
  'value',
  'token',
  'credential',
  'headers.authorization',
  '*.authorization',
  '*.credential',
];

export function createLog(stream: NodeJS.WriteStream): Logger {
  const options = { base: null, redact, timestamp: pino.stdTimeFunctions.isoTime };
  if (!stream.isTTY) return pino(options, stream);
  return pino(options, { write: (line: string) => void stream.write(oneLine(line)) });
}

function oneLine(json: string): string {
  const { level, time, msg, ...rest } = JSON.parse(json) as { level: number; time: string; msg: string };
  const name = pino.levels.labels[level] ?? 'info';
  const extra = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`;
  return `${time}\t${name}\t${msg}${extra}\n`;
}
