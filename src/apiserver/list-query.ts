/** What a list or a watch asks for, and what a list is. */
import type { KindDefinition } from '../core/resources/kind.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { parseFieldSelector, selectedName } from './field-selector.ts';
import { parseLabelSelector } from './label-selector.ts';
import { badRequest } from './status-error.ts';

export interface ListQuery {
  namespace?: string;
  parameters: URLSearchParams;
}

export interface ListResult {
  items: readonly KubeObject[];
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
}

/** Undefined when everything matches. */
export function objectFilter(
  kind: KindDefinition,
  namespace: string | undefined,
  parameters: URLSearchParams,
): ((object: KubeObject) => boolean) | undefined {
  const fieldText = parameters.get('fieldSelector') ?? '';
  const labelText = parameters.get('labelSelector') ?? '';
  if (fieldText === '' && labelText === '' && namespace === undefined) return undefined;
  const fields = parseFieldSelector(fieldText, kind);
  const labels = parseLabelSelector(labelText);
  const name = selectedName(fieldText);
  return (object) =>
    (name === undefined || object.metadata.name === name) &&
    (namespace === undefined || object.metadata.namespace === namespace) &&
    labels(object.metadata.labels) &&
    fields(object);
}

export function wholeNumber(text: string, what: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw badRequest(`invalid ${what}: ${JSON.stringify(text)} is not a whole number`);
  return Number(text);
}
