/** What an expression may use, in a line each: for whoever writes one. */
import type { variables } from './environment.ts';

export interface VariableNote {
  name: (typeof variables)[number];
  description: string;
  /** False: the name is accepted, as agentgateway's is, and has no value here: what reads it fails, in a condition it is false. */
  isSet: boolean;
}

const noValue = 'Accepted, for configuration written for agentgateway; has no value here.';

export const variableNotes: readonly VariableNote[] = [
  {
    name: 'request',
    description: 'method, host, scheme, path, pathAndQuery, uri, version; headers by lower-case name.',
    isSet: true,
  },
  { name: 'source', description: 'address and port of the client’s connection.', isSet: true },
  {
    name: 'apiKey',
    description: 'The metadata of the key that was accepted. Its numbers are doubles: write 3.0, not 3.',
    isSet: true,
  },
  {
    name: 'llm',
    description:
      'streaming, provider, requestModel, inputTokens (an estimate before the answer), params.max_tokens; after the answer also responseModel, outputTokens, reasoningTokens, cachedInputTokens, cacheCreationInputTokens, totalTokens.',
    isSet: true,
  },
  {
    name: 'response',
    description:
      'code; headers in conditions of retries. Only where the answer is known: retries and traces.',
    isSet: true,
  },
  { name: 'llmRequest', description: noValue, isSet: false },
  { name: 'destination', description: noValue, isSet: false },
  { name: 'backend', description: noValue, isSet: false },
  { name: 'jwt', description: noValue, isSet: false },
  { name: 'basicAuth', description: noValue, isSet: false },
  { name: 'env', description: noValue, isSet: false },
  { name: 'proxy', description: noValue, isSet: false },
  { name: 'metadata', description: noValue, isSet: false },
];

export interface FunctionNote {
  name: string;
  /** How it is written. */
  form: string;
  description: string;
}

const note = (name: string, form: string, description: string): FunctionNote => ({ name, form, description });

export const functionNotes: readonly FunctionNote[] = [
  note('has', 'has(apiKey.team)', 'Whether the field is there; reading one that is not is an error.'),
  note('default', 'default(value, otherwise)', 'The second where the first is null.'),
  note('coalesce', 'coalesce(first, second)', 'The same as default.'),
  note('size', 'text.size() · size(list)', 'Characters, elements, entries or bytes.'),
  note('startsWith', "text.startsWith('sk-')", 'Whether a text begins so.'),
  note('endsWith', "text.endsWith('.dev')", 'Whether a text ends so.'),
  note('contains', "text.contains('x')", 'Whether a text has another in it.'),
  note('matches', "text.matches('^/v[0-9]+$')", 'Whether a regular expression is found in a text.'),
  note('lowerAscii', 'text.lowerAscii()', 'In lower case, A to Z only.'),
  note('upperAscii', 'text.upperAscii()', 'In upper case, a to z only.'),
  note('trim', 'text.trim()', 'Without blanks around it.'),
  note('indexOf', "text.indexOf('/', 1)", 'Where another text begins, from a place on; -1 when nowhere.'),
  note('lastIndexOf', "text.lastIndexOf('/')", 'Where another text begins for the last time.'),
  note('substring', 'text.substring(0, 4)', 'From one place to before another.'),
  note('split', "text.split(',', 2)", 'A list of its parts, at most so many.'),
  note('join', "list.join(', ')", 'The texts of a list as one.'),
  note('all', 'list.all(x, x > 0)', 'Whether it holds for every element.'),
  note('exists', 'list.exists(x, x > 0)', 'Whether it holds for some element.'),
  note('exists_one', 'list.exists_one(x, x > 0)', 'Whether it holds for exactly one.'),
  note('map', 'list.map(x, x > 0, x * 2)', 'Another value for each element, of those for which it holds.'),
  note('filter', 'list.filter(x, x > 0)', 'The elements for which it holds.'),
  note('bind', 'cel.bind(x, size(text), x * x)', 'A name for a value that is used several times.'),
  note('json', 'json(text)', 'The value of JSON text; bytes.json() too.'),
  note('toJson', 'toJson(value)', 'JSON text of a value.'),
  note('fail', "fail('why')", 'Fails with this reason.'),
  note('string', 'string(12)', 'As text; bytes.string() too.'),
  note('int', "int('12')", 'As a whole number.'),
  note('uint', "uint('12')", 'As a whole number that is not negative.'),
  note('double', "double('1.5')", 'As a number with a fraction.'),
  note('bool', "bool('true')", 'As true or false.'),
  note('bytes', "bytes('text')", 'The bytes of a text in UTF-8.'),
  note('hex', 'bytes.hex()', 'Bytes as hexadecimal digits.'),
  note('base64', 'bytes.base64()', 'Bytes as Base64.'),
  note('at', 'bytes.at(0)', 'One byte.'),
  note('dyn', 'dyn(value)', 'The value, of a type that is not checked before.'),
  note('type', 'type(value)', 'The value’s type.'),
  note('timestamp', "timestamp('2026-01-01T00:00:00Z')", 'A moment.'),
  note('duration', "duration('90s')", 'A span of time.'),
  note('getFullYear', "moment.getFullYear('Europe/Berlin')", 'The year, in UTC or a time zone.'),
  note('getMonth', 'moment.getMonth()', 'The month, January is 0.'),
  note('getDate', 'moment.getDate()', 'The day of the month, from 1.'),
  note('getDayOfMonth', 'moment.getDayOfMonth()', 'The day of the month, from 0.'),
  note('getDayOfWeek', 'moment.getDayOfWeek()', 'The day of the week, Sunday is 0.'),
  note('getDayOfYear', 'moment.getDayOfYear()', 'The day of the year, from 0.'),
  note('getHours', 'moment.getHours()', 'The hour; of a duration all of its hours.'),
  note('getMinutes', 'moment.getMinutes()', 'The minute; of a duration all of its minutes.'),
  note('getSeconds', 'moment.getSeconds()', 'The second; of a duration all of its seconds.'),
  note('getMilliseconds', 'moment.getMilliseconds()', 'The thousandths of its second.'),
  note('none', 'optional.none()', 'No value.'),
  note('of', 'optional.of(value)', 'A value that might have been none.'),
  note('hasValue', 'maybe.hasValue()', 'Whether there is a value: request.?headers gives such a maybe.'),
  note('value', 'maybe.value()', 'The value; none is an error.'),
  note('or', 'maybe.or(other)', 'The first of two that has a value.'),
  note('orValue', "maybe.orValue('x')", 'The value, or this one.'),
];
