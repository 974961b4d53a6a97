/** `/playground`: where one can call, and calling. The modules behind it are loaded when somebody does. */
import { flag, list, record, required, text, whole } from '../../core/resources/schema-builders.ts';
import type { Route } from '../route.ts';

const offerSchema = record('A chat API of a route in force.', {
  port: required(whole('Of the listener.')),
  host: required(text('Host header that the route takes.')),
  path: required(text('Path that the route takes for this API.')),
  api: required(text('What is spoken there.', { enum: ['Completions', 'Messages', 'Responses'] })),
  gateway: required(text('`namespace/name`.')),
  listener: required(text('Name of the listener.')),
  route: required(text('`namespace/name` of the HTTPRoute.')),
  models: required(list('Named in the configuration; others may be served too.', text('Model.'))),
  key: required(
    text('`expression`: a policy finds the key by an expression.', {
      enum: ['required', 'optional', 'expression', 'none'],
    }),
  ),
});

const printable = '^[!-~]+$';

const chatSchema = record('A chat, and in whose name.', {
  port: required(whole('Of a listener in force.', { minimum: 1, maximum: 65_535 })),
  host: required(
    text('Host header.', { pattern: '^[A-Za-z0-9.:_-]+$|^\\[[0-9a-fA-F:.]+\\](:[0-9]+)?$', maxLength: 255 }),
  ),
  path: required(text('Path, without a query.', { pattern: '^/[!"$->@-~]*$', maxLength: 2_048 })),
  key: text('Id of a key in force: called in its name, without its value.', {
    minLength: 1,
    maxLength: 1_024,
  }),
  value: text('A key’s value instead: sent to the gateway’s own port only, kept and logged nowhere.', {
    pattern: printable,
    maxLength: 4_096,
  }),
  model: required(text('Model.', { minLength: 1, maxLength: 512 })),
  system: text('System prompt.'),
  messages: required(
    list(
      'In turn.',
      record('A message.', {
        role: required(text('Whose.', { enum: ['user', 'assistant'] })),
        content: required(text('Text.')),
      }),
      { minItems: 1, maxItems: 200 },
    ),
  ),
  maxTokens: whole('Most output.', { minimum: 1, maximum: 1_000_000 }),
  temperature: { type: 'number', description: 'Of sampling.', minimum: 0, maximum: 2 },
  stream: flag('Whether the answer is asked for as a stream; default true.'),
});

export const playgroundRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/playground/offers',
    access: 'team-change',
    summary: 'Where the playground can call: each chat API of each route in force',
    answer: {
      status: 200,
      description: 'At most 200',
      schema: record('Offers.', { items: required(list('Offers.', offerSchema)) }),
    },
    async serve({ context }) {
      const { offersOf } = await import('./offers.ts');
      return { status: 200, json: { items: offersOf(context.inForce()) } };
    },
  },
  {
    method: 'POST',
    path: '/playground/chat',
    access: 'team-change',
    summary:
      'Call through the gateway’s own port in the name of a key: routed, limited and charged as any call',
    body: chatSchema,
    answer: {
      status: 200,
      description:
        'Events `head` (status), `text`, `thinking`, `finish`, `refused`, `failed`, then `call`: its record and its budgets before and after; `end`',
      mediaTypes: ['text/event-stream'],
    },
    async serve(call) {
      const { chat } = await import('./chat.ts');
      return chat(call);
    },
  },
];
