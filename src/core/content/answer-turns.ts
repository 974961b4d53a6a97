/** The turns of a whole answer, whatever dialect it is in. */
import type { Turn } from './model.ts';
import { isObject, type Json, objectsIn, partsOf, textPart } from './parts.ts';
import { contentsOf, itemTurn, messageTurn } from './request-turns.ts';

export function answerTurns(body: Json): Turn[] {
  const { output, candidates, content, text } = body;
  return [
    ...objectsIn(body['choices']).flatMap(choiceTurn),
    ...(Array.isArray(content) ? said(partsOf(content)) : []),
    ...objectsIn(output).flatMap(itemTurn),
    ...(isObject(output) && isObject(output['message']) ? messageTurn(output['message']) : []),
    ...objectsIn(candidates).flatMap((candidate) => contentsOf(candidate['content']).map(byModel)),
    ...said(typeof text === 'string' ? textPart('text', text) : []),
    ...said(dataOf(body['data'])),
    ...(Array.isArray(body['results']) ? said([{ type: 'other', kind: 'ranking' }]) : []),
  ];
}

function said(parts: Turn['parts']): Turn[] {
  return parts.length === 0 ? [] : [{ role: 'assistant', parts }];
}

function choiceTurn(choice: Json): Turn[] {
  if (isObject(choice['message'])) return messageTurn({ role: 'assistant', ...choice['message'] });
  return said(textPart('text', choice['text']));
}

const byModel = (turn: Turn): Turn => ({ ...turn, role: turn.role === 'user' ? 'model' : turn.role });

/** Pictures, and numbers for texts; a list of models says nothing. */
function dataOf(data: unknown): Turn['parts'] {
  return objectsIn(data).flatMap((one): Turn['parts'] => {
    if (one['embedding'] !== undefined) return [{ type: 'other', kind: 'embedding' }];
    const isPicture = typeof one['b64_json'] === 'string' || typeof one['url'] === 'string';
    return isPicture ? partsOf({ ...one, type: 'image' }) : [];
  });
}
