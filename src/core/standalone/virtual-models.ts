/** `llm.virtualModels[]`: names behind which several models stand, by weight or one after another. */
import { matchModel } from '../route/match-model.ts';
import { backendOf, type Model, type ModelEntry, providerSpec, type ReadModels } from './model-objects.ts';
import type { Names } from './names.ts';
import type { ReadProvider } from './providers.ts';
import type { Reader } from './reader.ts';

type Fields = Record<string, unknown>;

export function readVirtualModels(
  reader: Reader,
  value: unknown,
  models: readonly Model[],
  names: Names,
): ReadModels {
  const read: ReadModels = { objects: [], entries: [] };
  reader.list(value, 'llm.virtualModels').forEach((entry, index) => {
    const path = `llm.virtualModels[${index}]`;
    const fields = reader.fields(entry, path, ['name', 'routing']);
    const name = reader.text(fields['name'], `${path}.name`);
    if (name === undefined) {
      reader.fault(`${path}.name`, 'must be given');
      return;
    }
    const routing = reader.fields(fields['routing'], `${path}.routing`, ['weighted', 'failover'], {
      conditional: 'nearest: weighted or failover',
    });
    const find = (target: unknown, at: string) => findModel(reader, target, at, models);
    if (routing['weighted'] !== undefined)
      read.entries.push(...weighted(reader, name, routing['weighted'], `${path}.routing.weighted`, find));
    else if (routing['failover'] !== undefined) {
      const backend = names.of(name);
      const groups = failover(reader, routing['failover'], `${path}.routing.failover`, find);
      read.objects.push(backendOf(backend, groups));
      read.entries.push({ name, backend });
    } else if (Object.keys(routing).length === 0)
      reader.fault(`${path}.routing`, 'must be weighted or failover');
  });
  return read;
}

type Find = (target: unknown, path: string) => Model | undefined;

function findModel(
  reader: Reader,
  target: unknown,
  path: string,
  models: readonly Model[],
): Model | undefined {
  const name = reader.text(target, path);
  if (name === undefined) return undefined;
  const routes = models.map((model) => ({
    name: model.name,
    backend: model.backend,
    weight: 1,
    listed: true,
  }));
  const found = matchModel(routes, name, 0);
  const model = models.find(({ backend }) => backend === found?.backend);
  if (model === undefined) {
    reader.fault(path, `no model of llm.models serves "${name}"`);
    return undefined;
  }
  // A pattern serves what it is asked for.
  return model.name === name ? model : { ...model, provider: withModel(model, name) };
}

function withModel({ provider, stripPrefix = '' }: Model, asked: string): ReadProvider {
  const name = Object.keys(provider.spec).find((field) => typeof provider.spec[field] === 'object')!;
  const model = asked.startsWith(stripPrefix) ? asked.slice(stripPrefix.length) : asked;
  return { ...provider, spec: { ...provider.spec, [name]: { model, ...(provider.spec[name] as Fields) } } };
}

function weighted(reader: Reader, name: string, value: unknown, path: string, find: Find): ModelEntry[] {
  const targets = reader.list(reader.fields(value, path, ['targets'])['targets'], `${path}.targets`);
  return targets.flatMap((entry, index) => {
    const at = `${path}.targets[${index}]`;
    const { model, weight } = reader.fields(entry, at, ['model', 'weight']);
    const found = find(model, `${at}.model`);
    if (found === undefined) return [];
    if (found.name !== model) {
      reader.fault(`${at}.model`, `name a model in full: "${found.name}" is a pattern`);
      return [];
    }
    return [{ name, backend: found.backend, weight: reader.count(weight, `${at}.weight`) ?? 1 }];
  });
}

/** Lower priorities first; those of one priority share the calls. */
function failover(reader: Reader, value: unknown, path: string, find: Find): Fields[][] {
  const groups = new Map<number, Fields[]>();
  const targets = reader.list(reader.fields(value, path, ['targets'])['targets'], `${path}.targets`);
  targets.forEach((entry, index) => {
    const at = `${path}.targets[${index}]`;
    const { model, priority } = reader.fields(entry, at, ['model', 'priority']);
    const found = find(model, `${at}.model`);
    const rank = reader.count(priority, `${at}.priority`);
    if (rank === undefined) reader.fault(`${at}.priority`, 'must be given');
    if (found === undefined || rank === undefined) return;
    groups.set(rank, [...(groups.get(rank) ?? []), providerSpec(found, `target-${index + 1}`)]);
  });
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}
