/** So much of a conversation as is kept: of a prompt the last turns, which are new, of an answer its beginning. */
import { mostCharacters, type Recorded, type TextualPart, type Turn } from './model.ts';

/** What a part counts at least, so that many small ones are bounded too. */
const leastOfPart = 32;

export function withinLimit(turns: readonly Turn[], keep: 'first' | 'last', most = mostCharacters): Recorded {
  const kept: Turn[] = [];
  let left = most;
  let [omittedTurns, characters] = [0, 0];
  for (const turn of keep === 'last' ? turns.toReversed() : turns) {
    const cut =
      left > 0 ? cutTurn(turn, left) : { turn: { ...turn, parts: [] }, size: 0, dropped: charactersOf(turn) };
    left -= cut.size;
    if (cut.turn.parts.length > 0) kept.push(cut.turn);
    else omittedTurns++;
    characters += cut.dropped;
  }
  const inOrder = keep === 'last' ? kept.reverse() : kept;
  if (omittedTurns === 0 && characters === 0) return { turns: inOrder };
  return { turns: inOrder, omitted: { turns: omittedTurns, characters } };
}

/** `dropped`: characters of parts that are left out whole; those that are cut say so themselves. */
function cutTurn(turn: Turn, most: number): { turn: Turn; size: number; dropped: number } {
  const parts: Turn['parts'] = [];
  let [size, dropped] = [0, 0];
  for (const part of turn.parts) {
    const length = 'text' in part ? part.text.length : 0;
    if (size >= most) {
      dropped += length;
      continue;
    }
    const kept = 'text' in part ? cutTextual(part, most - size) : part;
    size += Math.max(leastOfPart, 'text' in kept ? kept.text.length : 0);
    parts.push(kept);
  }
  return { turn: { ...turn, parts }, size, dropped };
}

function charactersOf({ parts }: Turn): number {
  return parts.reduce((sum, part) => sum + ('text' in part ? part.text.length : 0), 0);
}

/** Never between the halves of a character. */
function cutTextual(part: TextualPart, most: number): TextualPart {
  const { text } = part;
  if (text.length <= most) return part;
  const unit = text.charCodeAt(most - 1);
  const kept = text.slice(0, unit >= 0xd800 && unit <= 0xdbff ? most - 1 : most);
  return { ...part, text: kept, truncated: text.length - kept.length };
}
