/**
 * Reasoning that another provider made, in a conversation that went on elsewhere and now comes to an API that goes through as it
 * is: its signature means nothing there, and would be refused. Only such parts are taken out.
 */
import type { RouteType } from '../config/snapshot.ts';
import type { Fields } from './fields.ts';
import { either } from './gemini-names.ts';
import { isForeignData, isForeignSeal, isForeignSignature } from './thinking-seal.ts';

/** Members to replace; none in nearly every call. */
export function withoutForeignMarks(routeType: RouteType, body: Fields): Fields {
  if (routeType === 'Responses') return cleaned(body, 'input', cleanItem);
  if (routeType === 'Messages') return cleaned(body, 'messages', inside('content', cleanBlock));
  if (routeType === 'GenerateContent') return cleaned(body, 'contents', inside('parts', cleanPart));
  return {};
}

type Clean = (item: Fields) => Fields | undefined;

function cleaned(body: Fields, member: string, clean: Clean): Fields {
  const before = body[member];
  if (!Array.isArray(before)) return {};
  const after = cleanAll(before, clean);
  return after === before ? {} : { [member]: after };
}

/** The same array where nothing changes. */
function cleanAll(items: unknown[], clean: Clean): unknown[] {
  let changed = false;
  const after = items.flatMap((item) => {
    if (typeof item !== 'object' || item === null) return [item];
    const kept = clean(item as Fields);
    changed ||= kept !== item;
    return kept === undefined ? [] : [kept];
  });
  return changed ? after : items;
}

function inside(member: string, clean: Clean): Clean {
  return (item) => {
    const changes = cleaned(item, member, clean);
    return Object.keys(changes).length === 0 ? item : { ...item, ...changes };
  };
}

function cleanItem(item: Fields): Fields | undefined {
  return item['type'] === 'reasoning' && isForeignSeal(item['encrypted_content']) ? undefined : item;
}

/** An empty signature is ours: nobody signed. */
function cleanBlock(block: Fields): Fields | undefined {
  if (block['type'] === 'redacted_thinking' && isForeignData(block['data'])) return undefined;
  return block['type'] === 'thinking' && block['signature'] === '' ? undefined : block;
}

function cleanPart(part: Fields): Fields | undefined {
  if (!isForeignSignature(either(part, 'thoughtSignature'))) return part;
  if (part['thought'] === true) return undefined;
  const { thoughtSignature: _, thought_signature: __, ...kept } = part;
  return kept;
}
