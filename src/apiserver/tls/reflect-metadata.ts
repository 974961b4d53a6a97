/**
 * The three functions of the Reflect metadata proposal that @peculiar/x509's dependency injection asks for, when no other
 * module has brought them. Import it before `@peculiar/x509`.
 */
type Metadata = WeakMap<object, Map<unknown, unknown>>;
const metadata: Metadata = new WeakMap();

interface ReflectMetadata {
  defineMetadata?: (key: unknown, value: unknown, target: object) => void;
  getOwnMetadata?: (key: unknown, target: object) => unknown;
  getMetadata?: (key: unknown, target: object) => unknown;
}

function getOwn(key: unknown, target: object): unknown {
  return metadata.get(target)?.get(key);
}

const reflect = Reflect as ReflectMetadata;
if (reflect.getMetadata === undefined) {
  reflect.defineMetadata = (key, value, target) => {
    const entries = metadata.get(target) ?? new Map<unknown, unknown>();
    metadata.set(target, entries.set(key, value));
  };
  reflect.getOwnMetadata = getOwn;
  reflect.getMetadata = (key, target) => {
    for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at)) {
      const found = getOwn(key, at);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}
