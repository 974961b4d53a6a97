/** The turns of a request, whatever dialect it is in: found by the names that all of them give to the same things. */
import type { Turn } from './model.ts';
import { isObject, type Json, objectsIn, partOf, partsOf, result, textPart } from './parts.ts';

export function requestTurns(body: Json): Turn[] {
  const system = [body['instructions'], body['system'], instruction(body)].flatMap(partsOf);
  const inner = body['generateContentRequest'] ?? body['generate_content_request'];
  return [
    ...turn('system', system),
    ...(isObject(inner) ? requestTurns(inner) : []),
    ...objectsIn(body['messages']).flatMap(messageTurn),
    ...contentsOf(body['contents']),
    ...inputTurns(body['input']),
    ...turn(
      'user',
      ['prompt', 'suffix', 'query', 'documents'].flatMap((name) => plain(body[name])),
    ),
  ];
}

function turn(role: string, parts: Turn['parts']): Turn[] {
  return parts.length === 0 ? [] : [{ role, parts }];
}

function instruction(body: Json): unknown {
  const given = body['systemInstruction'] ?? body['system_instruction'];
  return isObject(given) ? given['parts'] : given;
}

/** Of chat: Anthropic's blocks are parts like OpenAI's. */
export function messageTurn(message: Json): Turn[] {
  const role = roleOf(message, 'user');
  const { content } = message;
  const said = role === 'tool' || role === 'function' ? result(content, message['name']) : partsOf(content);
  return turn(role, [
    ...textPart('reasoning', message['reasoning_content'] ?? message['reasoning']),
    ...said,
    ...textPart('text', message['refusal'] ?? undefined),
    ...objectsIn(message['tool_calls']).flatMap(toolCall),
    ...(isObject(message['function_call']) ? toolCall({ function: message['function_call'] }) : []),
  ]);
}

function toolCall({ function: called, custom }: Json): Turn['parts'] {
  if (isObject(called)) return textPart('toolCall', called['arguments'] ?? '', called['name']);
  return isObject(custom) ? textPart('toolCall', custom['input'] ?? '', custom['name']) : [];
}

export function contentsOf(contents: unknown): Turn[] {
  return (isObject(contents) ? [contents] : objectsIn(contents)).flatMap((content) =>
    turn(roleOf(content, 'user'), partsOf(content['parts'])),
  );
}

/** Items of OpenAI's responses; texts to embed or to speak. */
function inputTurns(input: unknown): Turn[] {
  if (Array.isArray(input) && input.some(isObject)) return objectsIn(input).flatMap(itemTurn);
  return turn('user', plain(input));
}

/** One item of OpenAI's responses, asked or answered. */
export function itemTurn(item: Json): Turn[] {
  const isMessage = item['type'] === 'message' || item['role'] !== undefined;
  if (isMessage) return turn(roleOf(item, 'assistant'), partsOf(item['content']));
  const answered = /_output$/.test(String(item['type']));
  return turn(answered ? 'tool' : 'assistant', partOf(item));
}

/** Numbers are tokens instead of words. */
function plain(value: unknown): Turn['parts'] {
  const isTokens = Array.isArray(value) && value.some((one) => typeof one === 'number' || Array.isArray(one));
  return isTokens ? [{ type: 'other', kind: 'tokens' }] : partsOf(value);
}

function roleOf({ role }: Json, otherwise: string): string {
  return typeof role === 'string' && role !== '' ? role.slice(0, 50) : otherwise;
}
