/** How long calls, and what is recorded of them, are kept: as the gateway was started, or else as a ConfigMap says. */
import type { KubeObject } from '../resources/object.ts';
import { nameOf } from './objects.ts';

/** ConfigMaps with this label set to "true" are read; the oldest wins, as everywhere. */
export const retentionLabel = 'tollgate.dev/retention';
export const retentionKey = 'ledgerDays';
export const contentRetentionKey = 'contentDays';
export const defaultContentDays = 7;

export interface RetentionSetting {
  /** Absent: for good. */
  days?: number;
  /** `default`: nobody says it; `ledger`: it is the calls' own, which are kept no longer. */
  setBy: 'flag' | 'configMap' | 'nothing' | 'default' | 'ledger';
  /** `namespace/name` of the one that is read. */
  configMap?: string;
  /** What is wrong with it: then nothing is deleted. */
  fault?: string;
}

export function retentionOf(
  flagDays: number | undefined,
  configMaps: readonly KubeObject[],
  key: typeof retentionKey | typeof contentRetentionKey = retentionKey,
): RetentionSetting {
  if (flagDays !== undefined) return { days: flagDays, setBy: 'flag' };
  const object = configMaps
    .filter(({ metadata }) => metadata.labels?.[retentionLabel] === 'true')
    .sort((a, b) => (age(a) === age(b) ? order(nameOf(a), nameOf(b)) : order(age(a), age(b))))[0];
  if (object === undefined) return { setBy: 'nothing' };
  const configMap = nameOf(object);
  const text = (object['data'] as Record<string, string> | undefined)?.[key];
  if (text === undefined) return { setBy: 'nothing', configMap };
  const days = Number(text);
  if (/^\d{1,5}$/.test(text) && days >= 1) return { days, setBy: 'configMap', configMap };
  return {
    setBy: 'configMap',
    configMap,
    fault: `${key} is not a whole number of days from 1 to 99999`,
  };
}

/** Contents of calls go after a few days unless something else is said, and with their calls at the latest. */
export function contentRetentionOf(
  flags: { contentDays?: number; ledgerDays?: number },
  configMaps: readonly KubeObject[],
): RetentionSetting {
  const own = retentionOf(flags.contentDays, configMaps, contentRetentionKey);
  const said: RetentionSetting =
    own.setBy === 'nothing' ? { ...own, days: defaultContentDays, setBy: 'default' } : own;
  const { days: most } = retentionOf(flags.ledgerDays, configMaps);
  return said.days === undefined || most === undefined || most >= said.days
    ? said
    : { ...said, days: most, setBy: 'ledger' };
}

const age = ({ metadata }: KubeObject) => metadata.creationTimestamp ?? '';
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
