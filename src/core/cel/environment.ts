/**
 * The one CEL environment of the request path: agentgateway's variables (all dynamic) and functions.
 * Source of names and meanings: agentgateway's CEL reference.
 */
import { Environment } from '@marcbachmann/cel-js';
import { registerFunctions } from './functions.ts';

/** Top-level names an expression may use; anything else is a compile error, so a typing mistake shows in status. */
export const variables = [
  'request',
  'response',
  'apiKey',
  'llm',
  'llmRequest',
  'source',
  'destination',
  'backend',
  'jwt',
  'basicAuth',
  'env',
  'proxy',
  'metadata',
] as const;

/** Bounds what one expression may cost to parse and to evaluate; the evaluator has no loops but comprehensions. */
const limits = {
  maxAstNodes: 2_000,
  maxDepth: 64,
  maxListElements: 256,
  maxMapEntries: 256,
  maxCallArguments: 16,
};

export function createEnvironment(): Environment {
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
    limits,
  });
  for (const name of variables) environment.registerVariable(name, 'dyn');
  registerFunctions(environment);
  return environment;
}
