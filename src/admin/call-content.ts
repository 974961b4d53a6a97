/** `/calls/{id}/content`: what was said in a call, where its recording was switched on. Who reads it is entered in the audit log. */
import { recordAnnotation } from '../core/config/recording.ts';
import type { RequestRecord } from '../core/record.ts';
import { flag, list, open, record, required, text, whole } from '../core/resources/schema-builders.ts';
import type { ContentDesk, ContentSelection, StoredContent } from '../storage/content.ts';
import { type AdminContext, ledgerOf } from './context.ts';
import { notFound, Problem } from './problem.ts';
import type { Call, Route } from './route.ts';

const dayMs = 86_400_000;
/** How long after its end a call may be on its way into the store. */
const storingMs = 5_000;
const moment = (description: string) => text(description, { format: 'date-time' });

const recordedSchema = record('A conversation.', {
  turns: required(
    list(
      'In their order.',
      record('One turn.', {
        role: required(text('As the client’s dialect names it; `system`: instructions.')),
        parts: required(
          list(
            'Texts, calls of tools and their results; pictures and sound by kind and size.',
            open('A part.'),
          ),
        ),
      }),
    ),
  ),
  omitted: record('What did not fit: of a prompt its oldest turns, of an answer its end.', {
    turns: required(whole('Turns.')),
    characters: required(whole('Characters.')),
  }),
  note: text('Why there is nothing, or less than all.', {
    enum: ['guard', 'invalid', 'too-large', 'not-text', 'not-delivered', 'cut-off', 'busy', 'realtime'],
  }),
});

const contentSchema = record('What was said in a call, or why that is not known.', {
  state: required(
    text(
      '`off`: recording was not switched on. `pending`: it is being stored. `lost`: it could not be stored, or the gateway ended before it was.',
      { enum: ['recorded', 'off', 'pending', 'lost', 'deleted', 'expired', 'unreadable'] },
    ),
  ),
  prompts: flag('Whether prompts were recorded.'),
  answers: flag('Whether answers were recorded.'),
  setBy: text('The object whose annotation switched it on: `HTTPRoute ns/name`.'),
  keptDays: whole('For how many days contents are kept.'),
  deletedAt: moment('When it was deleted on request.'),
  deletedBy: text('By whom.'),
  prompt: recordedSchema,
  answer: recordedSchema,
  annotate: record('Which annotation switches it on, and on what.', {
    annotation: required(text('Its name.')),
    value: required(text('Its value.')),
    object: required(text('`HTTPRoute ns/name`.')),
  }),
});

const deletedSchema = record('What was deleted.', {
  deleted: required(whole('Calls whose content there was.')),
});

export const callContentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/calls/{id}/content',
    access: 'content',
    summary: 'What was said in one call, where that was recorded; each reading is entered in the audit log',
    answer: { status: 200, description: 'Prompt and answer, or why there are none', schema: contentSchema },
    serve: readContent,
  },
  {
    method: 'DELETE',
    path: '/calls/{id}/content',
    access: 'content',
    summary: 'Delete what was recorded of one call; the call itself stays in the ledger',
    answer: { status: 200, description: 'Deleted', schema: deletedSchema },
    serve: (call) => deleteContents(call, { id: call.path['id']! }, `Call/${call.path['id']}`),
  },
  {
    method: 'DELETE',
    path: '/contents',
    access: 'content',
    summary: 'Delete what was recorded of all calls of a key or of a user',
    query: { key: text('Id of the key: `VirtualKey/ns/name`.'), user: text('The keys’ owner.') },
    answer: { status: 200, description: 'Deleted', schema: deletedSchema },
    serve: deleteOfSomebody,
  },
];

export function contentsOf({ contents }: AdminContext): ContentDesk {
  if (contents === undefined) throw new Problem(503, 'no_contents', 'this gateway records no contents');
  return contents;
}

async function readContent(call: Call) {
  const { context, path } = call;
  const record = await ledgerOf(context).get(path['id']!);
  if (record === undefined) throw notFound('such call');
  const { content: asked, route } = record;
  if (asked === undefined) {
    const annotate = { annotation: recordAnnotation, value: 'prompts,answers', object: `HTTPRoute ${route}` };
    return { status: 200, json: { state: 'off', ...(route !== undefined && { annotate }) } };
  }
  const stored = await contentsOf(context).get(record.id);
  const keptDays = contentsOf(context).retention.status().days;
  const json = {
    ...asked,
    ...(keptDays !== undefined && { keptDays }),
    ...told(stored, record, context, keptDays),
  };
  if (
    stored?.state === 'kept' &&
    !call.audit('content.read', `Call/${record.id}`, { user: record.key?.user ?? '' })
  )
    throw new Problem(
      503,
      'no_audit',
      'the audit log cannot be written: without an entry nobody reads what was said',
    );
  return { status: 200, json };
}

function told(
  stored: StoredContent | undefined,
  { id, startedAtMs, durationMs }: RequestRecord,
  context: AdminContext,
  keptDays: number | undefined,
): object {
  if (stored?.state === 'kept') return { state: 'recorded', ...stored.content };
  if (stored?.state === 'deleted')
    return { state: 'deleted', deletedAt: new Date(stored.atMs).toISOString(), deletedBy: stored.by };
  if (stored !== undefined) return { state: stored.state };
  const nowMs = context.nowMs();
  if (keptDays !== undefined && startedAtMs < nowMs - keptDays * dayMs) return { state: 'expired' };
  const isStoring = contentsOf(context).isWaiting(id) || startedAtMs + durationMs > nowMs - storingMs;
  return { state: isStoring ? 'pending' : 'lost' };
}

function deleteOfSomebody(call: Call) {
  const [key, user] = [call.query.get('key'), call.query.get('user')];
  if ((key === null) === (user === null) || key === '' || user === '')
    throw new Problem(400, 'invalid', 'name a key or a user, and not both', key === null ? 'user' : 'key');
  const which: ContentSelection = key === null ? { user: user! } : { key };
  return deleteContents(call, which, key === null ? `Contents/user ${user}` : `Contents/${key}`);
}

async function deleteContents(call: Call, which: ContentSelection, object: string) {
  const { context } = call;
  const { actor } = call.principal();
  const deleted = await contentsOf(context).delete(which, actor, context.nowMs());
  call.audit('content.delete', object, { deleted });
  return { status: 200, json: { deleted } };
}
