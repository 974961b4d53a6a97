/** What is wrong with a VirtualKey because of its value and of other keys. */
import { isMoment, type ReadKey } from './virtual-key-value.ts';

/** What statuses and the configuration need of all VirtualKeys, wherever they are kept. */
export interface KeyBook {
  /** Whether any key, in force or not, opens the Gateway: it asks for one then. */
  opens(namespace: string, gateway: string): boolean;
  /** Id of the key that holds the value, in force or not: the oldest of those that have it today. */
  holderOf(hash: string): string | undefined;
}

/** `targets` are faults of its Gateways, told between. */
export function faultsOf(
  key: ReadKey,
  targets: readonly string[],
  book: Pick<KeyBook, 'holderOf'>,
): string[] {
  const holderOf = (hash: string) => book.holderOf(hash);
  return [...key.faults, ...targets, ...valueFaults(key, holderOf), ...rotationFaults(key, holderOf)];
}

type HolderOf = KeyBook['holderOf'];

/** Whether the key is in force with its value of today. A value that nobody is known to hold yet is its own. */
function holds({ id, hash, spec }: ReadKey, holderOf: HolderOf): boolean {
  return hash !== undefined && (holderOf(hash) ?? id) === id && isMoment(spec.expiresAt);
}

function valueFaults({ id, hash, spec }: ReadKey, holderOf: HolderOf): string[] {
  if (hash === undefined) return [];
  const holder = holderOf(hash) ?? id;
  if (holder !== id) return [`the same value as ${holder}, which is older and in force`];
  return isMoment(spec.expiresAt)
    ? []
    : [`expiresAt: ${spec.expiresAt} is no moment, so the key is not in force`];
}

function rotationFaults(key: ReadKey, holderOf: HolderOf): string[] {
  const { rotation } = key.spec;
  if (rotation === undefined || !holds(key, holderOf)) return [];
  const holder = holderOf(key.previousHash!);
  const { graceUntil } = rotation;
  return [
    ...(holder === undefined || holder === key.id
      ? []
      : [`the value before the rotation is in force as ${holder}`]),
    ...(isMoment(graceUntil)
      ? []
      : [`rotation.graceUntil: ${graceUntil} is no moment, so the value before is not in force`]),
  ];
}
