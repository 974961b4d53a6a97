/** A thread that evaluates one expression after the other: what takes too long, or too much memory, ends with it and nothing else. */
import { parentPort } from 'node:worker_threads';
import { type Inspection, inspectExpression } from '../../core/cel/inspect.ts';

export interface CelQuestion {
  expression: string;
  variables: Record<string, unknown>;
}

const mostCharacters = 256 * 1024;

parentPort!.on('message', ({ expression, variables }: CelQuestion) => {
  parentPort!.postMessage(bounded(inspectExpression(expression, variables)));
});

/** As text: what is deep or large is found out here. */
function bounded(inspection: Inspection): string {
  try {
    const text = JSON.stringify(inspection);
    if (text.length <= mostCharacters) return text;
  } catch {
    // Too deep for JSON: too large to be looked at, too.
  }
  const error = `the value is larger than ${mostCharacters} characters`;
  return JSON.stringify({ ok: false, phase: 'evaluate', error } satisfies Inspection);
}

// What it needs is loaded: from now on time is counted.
parentPort!.postMessage('ready');
