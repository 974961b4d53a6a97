import type { KubeObject } from '../resources/object.ts';
import { groupOf } from '../resources/object-ref.ts';
import { type CompileOptions, type CompileResult, compileConfiguration } from './compile.ts';

/** What a gateway that has just these objects makes of them. Values of keys stand for their own hashes unless `options` say otherwise. */
export function compileObjects(
  objects: readonly KubeObject[],
  options: Partial<CompileOptions> = {},
): CompileResult {
  return compileConfiguration(
    { list: (group, kind) => objects.filter((object) => object.kind === kind && groupOf(object) === group) },
    {
      generation: 1,
      nowRfc3339: '2026-11-25T00:00:00Z',
      sha256: (text) => text,
      providerUrls: {},
      address: '127.0.0.1',
      bindErrors: {},
      ...options,
    },
  );
}
