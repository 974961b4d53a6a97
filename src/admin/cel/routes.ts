/** `/cel`: expressions tried out with the variables of a recorded call, or with others; what they may use. */
import { variablesOfRecord } from '../../core/cel/recorded-variables.ts';
import { functionNotes, variableNotes } from '../../core/cel/reference.ts';
import {
  any,
  flag,
  list,
  open,
  record,
  required,
  text,
  whole,
} from '../../core/resources/schema-builders.ts';
import { type AdminContext, ledgerOf } from '../context.ts';
import { badField, notFound } from '../problem.ts';
import type { Call, Route } from '../route.ts';
import { CelEvaluator } from './evaluator.ts';

const maxExpression = 16_384;
const limits = { evaluationMs: 1_000, idleMs: 30_000 };

const missingSchema = list(
  'What the request path knew and the ledger does not keep.',
  record('A variable.', { name: required(text('Name.')), why: required(text('Why.')) }),
);

const referenceSchema = record('What there is.', {
  variables: required(
    list(
      'Variables.',
      record('A variable.', {
        name: required(text('Name.')),
        description: required(text('What is in it.')),
        isSet: required(flag('False: accepted, and never has a value here.')),
      }),
    ),
  ),
  functions: required(
    list(
      'Functions.',
      record('A function.', {
        name: required(text('Name.')),
        form: required(text('How it is written.')),
        description: required(text('What it gives.')),
      }),
    ),
  ),
});

export function celRoutes(evaluator = new CelEvaluator(limits)): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/cel/evaluate',
      access: 'team',
      summary: 'Evaluate an expression as the request path does; nothing is written',
      body: record('An expression and what it sees: `variables`, or those of a recorded call.', {
        expression: required(text('CEL.', { minLength: 1, maxLength: maxExpression })),
        variables: open('Values by name, as JSON.'),
        call: text('Id of a call in the ledger.', { minLength: 1, maxLength: 100 }),
      }),
      answer: {
        status: 200,
        description: 'Its value, or why it has none',
        schema: record('What came of it.', {
          ok: required(flag('Whether it has a value.')),
          type: text('CEL type of the value.'),
          value: any('In JSON’s terms: large whole numbers, times and bytes (hexadecimal) are text.'),
          phase: text('Where it failed: `compile` refuses it in configuration, too.', {
            enum: ['compile', 'evaluate'],
          }),
          error: text('Why.'),
          line: whole('Of the fault, from 1.'),
          column: whole('Of the fault, from 1.'),
        }),
      },
      serve: (call) => evaluate(call, evaluator),
    },
    {
      method: 'GET',
      path: '/cel/variables/{call}',
      access: 'team',
      summary: 'What expressions saw of a recorded call',
      answer: {
        status: 200,
        description: 'Variables',
        schema: record('Variables of a call.', {
          variables: required(open('Values by name.')),
          missing: required(missingSchema),
        }),
      },
      serve: async ({ context, path }) => ({ status: 200, json: await variablesOf(context, path['call']!) }),
    },
    {
      method: 'GET',
      path: '/cel/reference',
      access: 'team',
      summary: 'Variables and functions that expressions may use',
      answer: {
        status: 200,
        description: 'A line for each',
        schema: referenceSchema,
      },
      serve: () => ({ status: 200, json: { variables: variableNotes, functions: functionNotes } }),
    },
  ];
}

async function evaluate({ context, body }: Call, evaluator: CelEvaluator) {
  const { expression, variables, call } = body as {
    expression: string;
    variables?: Record<string, unknown>;
    call?: string;
  };
  if (variables !== undefined && call !== undefined)
    throw badField('call', 'give variables or a call, not both');
  const seen = call === undefined ? (variables ?? {}) : (await variablesOf(context, call)).variables;
  return { status: 200, json: await evaluator.evaluate({ expression, variables: seen }) };
}

async function variablesOf(context: AdminContext, id: string) {
  const found = await ledgerOf(context).get(id);
  if (found === undefined) throw notFound('such call');
  return variablesOfRecord(found);
}
