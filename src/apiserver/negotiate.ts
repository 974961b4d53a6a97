/** What form of answer the client asks for in `Accept`. JSON is the only encoding; protobuf is never chosen. */

export type AnswerForm = 'Object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';

const forms = new Set<string>(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

/** The first alternative that can be met. Undefined when none can: the answer is 406. */
export function negotiate(accept: string | undefined): AnswerForm | undefined {
  if (accept === undefined || accept.trim() === '') return 'Object';
  for (const alternative of accept.split(',')) {
    const { type, parameters } = parseMediaType(alternative);
    if (!['application/json', 'application/*', '*/*'].includes(type)) continue;
    const as = parameters['as'];
    if (as === undefined) return 'Object';
    if (forms.has(as) && parameters['g'] === 'meta.k8s.io' && parameters['v'] === 'v1')
      return as as AnswerForm;
  }
  return undefined;
}

/** The version of aggregated discovery asked for, or undefined for the legacy form. */
export function aggregatedDiscovery(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
  for (const alternative of (accept ?? '').split(',')) {
    const { parameters } = parseMediaType(alternative);
    if (parameters['g'] !== 'apidiscovery.k8s.io' || parameters['as'] !== 'APIGroupDiscoveryList') continue;
    if (parameters['v'] === 'v2' || parameters['v'] === 'v2beta1') return parameters['v'];
  }
  return undefined;
}

export function parseMediaType(text: string): { type: string; parameters: Record<string, string> } {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = Object.fromEntries(
    rest.map((part) => {
      const [key = '', value = ''] = part.split('=');
      return [key.trim().toLowerCase(), value.trim().replace(/^"|"$/g, '')];
    }),
  );
  return { type: type.toLowerCase(), parameters };
}
