/** An object of the document: in its namespace, and marked as its own. */
import type { KubeObject, ObjectMeta } from '../resources/object.ts';
import { namespace, ownerLabel } from './names.ts';

export function owned(
  kind: string,
  apiVersion: string,
  name: string,
  content: Record<string, unknown>,
  { labels = {}, annotations }: Pick<ObjectMeta, 'labels' | 'annotations'> = {},
): KubeObject {
  const metadata = {
    name,
    namespace,
    labels: { ...labels, ...ownerLabel },
    ...(annotations && { annotations }),
  };
  return { apiVersion, kind, metadata, ...content };
}
