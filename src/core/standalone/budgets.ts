/** `budgets` of a key (agentgateway 1.5) → Budgets that select this key alone. */
import type { KubeObject } from '../resources/object.ts';
import { objectName, secondsAt } from './names.ts';
import { objectOf } from './objects.ts';
import type { MapReader } from './reader.ts';

/** Label of a key in the file, that its own budgets select by. */
export const keyLabel = 'tollgate.dev/standalone-key';

const actions = { Block: 'Reject', Audit: 'Report' } as const;

export function budgetsOf(key: MapReader, keyName: string): KubeObject[] {
  const names = new Set<string>();
  return key.maps('budgets').flatMap((budget) => {
    const name = budget.text('name');
    if (name === undefined) budget.fault('name', 'must be set');
    const limit = limitOf(budget);
    const window = windowOf(budget);
    const action = budget.choice('onBudgetExceeded', actions) ?? 'Reject';
    budget.end();
    if (name === undefined || limit === undefined || window === undefined) return [];
    const full = `${keyName}-${objectName(name)}`;
    if (names.has(full)) budget.fault('name', 'another budget of this key has the same name');
    names.add(full);
    const spec = {
      selector: { matchLabels: { [keyLabel]: keyName } },
      limit,
      window,
      // As in agentgateway: charged when the answer is there, so the call that crosses the limit completes.
      enforcement: 'Soft',
      onExceeded: { action },
    };
    return [objectOf('Budget', full, { spec })];
  });
}

function limitOf(budget: MapReader): object | undefined {
  const limit = budget.map('limit');
  if (limit === undefined) {
    if (!budget.has('limit')) budget.fault('limit', 'must be set');
    return undefined;
  }
  const unit = limit.choice('unit', { USD: 'usd', Tokens: 'tokens' });
  const amount = limit.any('amount');
  limit.end();
  if (unit === undefined) {
    if (!limit.has('unit')) limit.fault('unit', 'must be USD or Tokens');
    return undefined;
  }
  const text = typeof amount === 'number' ? decimalText(amount) : String(amount);
  if (unit === 'usd' && /^[0-9]{1,7}(\.[0-9]{1,9})?$/.test(text)) return { usd: text };
  if (unit === 'tokens' && /^[0-9]{1,15}$/.test(text)) return { tokens: Number(text) };
  limit.fault(
    'amount',
    unit === 'usd' ? 'must be dollars with nine decimals at most' : 'must be a whole number',
  );
  return undefined;
}

/** Without an exponent. */
function decimalText(amount: number): string {
  const text = String(amount);
  return text.includes('e') ? amount.toFixed(9).replace(/\.?0+$/, '') : text;
}

const calendars = new Map([
  [60, 'Minute'],
  [3_600, 'Hour'],
  [86_400, 'Day'],
]);

/** agentgateway's windows begin at multiples of their length since the epoch: minutes, hours and days of UTC do. */
function windowOf(budget: MapReader): object | undefined {
  const window = budget.map('window');
  if (window === undefined) {
    if (!budget.has('window')) budget.fault('window', 'must be set');
    return undefined;
  }
  const seconds = secondsAt(window, 'rolling');
  window.end();
  if (seconds === undefined) {
    if (!window.has('rolling')) window.fault('rolling', 'must be set');
    return undefined;
  }
  const calendar = calendars.get(seconds);
  if (calendar !== undefined) return { calendar };
  if (seconds < 60 || !Number.isInteger(seconds)) {
    window.fault('rolling', 'must be a minute or more, in whole seconds');
    return undefined;
  }
  window.warn('rolling', 'counts the last so much time here, at any moment, not from a multiple of it');
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const text = [hours > 0 && `${hours}h`, minutes > 0 && `${minutes}m`, rest > 0 && `${rest}s`];
  return { rolling: text.filter(Boolean).join('') };
}
