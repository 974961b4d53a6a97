/** The objects that a configuration file stands for: plain resources in a namespace of their own. */
import { apiVersionOf } from '../resources/kind.ts';
import { allKinds } from '../resources/kinds.ts';
import type { KubeObject } from '../resources/object.ts';

export const standaloneNamespace = 'standalone';

/** On what stands in the file: it is changed there and nowhere else. */
export const fileAnnotation = 'tollgate.dev/from-file';

export function objectOf(
  kind: string,
  name: string,
  fields: Record<string, unknown>,
  labels: Record<string, string> = {},
  annotations: Record<string, string> = {},
): KubeObject {
  return {
    apiVersion: apiVersionOf(allKinds.find((one) => one.kind === kind)!),
    kind,
    metadata: {
      name,
      namespace: standaloneNamespace,
      uid: `standalone/${kind}/${name}`,
      resourceVersion: 'file',
      generation: 1,
      ...(Object.keys(labels).length > 0 && { labels }),
      annotations: { ...annotations, [fileAnnotation]: 'true' },
    },
    ...fields,
  };
}
