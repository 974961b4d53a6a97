/** Field selectors: `metadata.name` and `metadata.namespace` of every kind, and those that built-in kinds have besides. */
import type { KindDefinition } from '../core/resources/kind.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { badRequest } from './status-error.ts';

export type FieldSelector = (object: KubeObject) => boolean;

const common = ['metadata.name', 'metadata.namespace'];
const byKind: Record<string, readonly string[]> = {
  '/Event': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  '/Pod': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.podIP',
  ],
  '/Secret': ['type'],
  '/Namespace': ['status.phase'],
  '/Service': ['spec.clusterIP', 'spec.type'],
};

/** Throws 400 for a field this kind cannot be selected by. */
export function parseFieldSelector(text: string, kind: KindDefinition): FieldSelector {
  const supported = [...common, ...(byKind[`${kind.group}/${kind.kind}`] ?? [])];
  const requirements = splitUnescaped(text).map((term) => {
    const match = /^(?<field>[^=!]+?)(?<op>==|=|!=)(?<value>.*)$/s.exec(term);
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const { field, op, value } = match.groups as { field: string; op: string; value: string };
    if (!supported.includes(field)) throw badRequest(`field label not supported: ${field}`);
    const wanted = value.replace(/\\([,=\\])/g, '$1');
    return (object: KubeObject) => (fieldText(object, field) === wanted) === (op !== '!=');
  });
  return (object) => requirements.every((holds) => holds(object));
}

/** The one name a selector asks for: the list then is a look-up. */
export function selectedName(text: string): string | undefined {
  return /^metadata\.name==?([^,!=\\]+)$/.exec(text)?.[1];
}

function splitUnescaped(text: string): string[] {
  return text.split(/(?<!\\),/).filter((term) => term !== '');
}

function fieldText(object: KubeObject, path: string): string {
  let value: unknown = object;
  if (path === 'source') path = 'source.component';
  for (const step of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[step];
  return value === undefined || value === null ? '' : String(value);
}
