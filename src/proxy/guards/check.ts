/** Texts through a list of guards, in order; the first that says no ends it. */
import {
  defaultScope,
  type Guard,
  GuardFailure,
  GuardRejection,
  type GuardScope,
  type TextSlot,
} from '../../core/guard/model.ts';
import { type Scanner, withLabels } from '../../core/guard/scanner.ts';
import { askGuardrail, askModelArmor } from './cloud-guards.ts';
import type { LinkedGuard } from './link.ts';
import { type Asking, askModeration, askWebhook, type GuardPhase } from './remote.ts';

/** What was done, for the log: never the text itself. */
export type Notes = string[];

/** The parts of a request that it looks at: only these two kinds of guard may say so themselves. */
export function scopeOf({ check, scope }: Guard): readonly GuardScope[] {
  return check.type === 'regex' || check.type === 'bedrockGuardrail' ? scope : defaultScope;
}

/** True if a text was changed. Throws `GuardRejection` and `GuardFailure`. */
export async function checkTexts(
  guards: readonly LinkedGuard[],
  slots: readonly TextSlot[],
  phase: GuardPhase,
  asking: Asking,
  notes: Notes,
): Promise<boolean> {
  let changed = false;
  for (const linked of guards) {
    const { guard } = linked;
    const inScope = phase === 'request' ? slots.filter((slot) => scopeOf(guard).includes(slot.scope)) : slots;
    if (guard.check.type === 'regex') {
      for (const slot of inScope) changed = scan(linked, linked.scanner!, slot, notes) || changed;
    } else if (inScope.length > 0) {
      changed = (await ask(linked, inScope, phase, asking, notes)) || changed;
    }
  }
  return changed;
}

function scan({ guard }: LinkedGuard, scanner: Scanner, slot: TextSlot, notes: Notes): boolean {
  const matches = scanner.find(slot.text, 0);
  if (matches.length === 0) return false;
  if (guard.check.type === 'regex' && guard.check.action === 'Reject')
    throw new GuardRejection(guard.rejection, matches[0]!.label);
  slot.text = withLabels(slot.text, 0, matches);
  slot.replace(slot.text);
  notes.push(...matches.map(({ label }) => label));
  return true;
}

async function ask(
  { guard, webhook }: LinkedGuard,
  slots: readonly TextSlot[],
  phase: GuardPhase,
  asking: Asking,
  notes: Notes,
): Promise<boolean> {
  const { check } = guard;
  try {
    if (check.type === 'moderation') await askModeration(check, guard, slots, asking);
    else if (check.type === 'modelArmor') await askModelArmor(check, guard, slots, phase, asking);
    else if (check.type === 'bedrockGuardrail') {
      const masked = await askGuardrail(check, guard, slots, phase, asking);
      if (masked !== undefined) notes.push(masked);
      return masked !== undefined;
    } else if (await askWebhook(webhook!, guard, slots, phase, asking)) {
      notes.push('webhook');
      return true;
    }
    return false;
  } catch (error) {
    if (!(error instanceof GuardFailure) || check.type !== 'webhook' || !check.failOpen) throw error;
    notes.push(`webhook passed over (${error.message})`);
    return false;
  }
}
