/** Guards that a cloud runs: each call to them is signed with the cloud's credential. */
import { guardrailBody, guardrailUrl, readGuardrail } from '../../core/guard/bedrock-guardrail.ts';
import type { Json } from '../../core/guard/json-slots.ts';
import {
  type BedrockGuardrailCheck,
  type Guard,
  GuardFailure,
  GuardRejection,
  type ModelArmorCheck,
  type TextSlot,
} from '../../core/guard/model.ts';
import { armorBody, armorUrl, readArmor } from '../../core/guard/model-armor.ts';
import { signedHeaders } from '../sign-call.ts';
import { type Asking, type GuardPhase, post } from './remote.ts';

/** The labels of what was masked, undefined where nothing was. Throws `GuardRejection` and `GuardFailure`. */
export async function askGuardrail(
  check: BedrockGuardrailCheck,
  guard: Guard,
  slots: readonly TextSlot[],
  phase: GuardPhase,
  asking: Asking,
): Promise<string | undefined> {
  const texts = slots.map(({ text }) => text);
  const answer = await ask(check, guardrailUrl(check), guardrailBody(texts, phase), asking);
  const told = readGuardrail(answer, slots.length);
  if (told.verdict === 'pass') return undefined;
  if (told.verdict === 'blocked') throw new GuardRejection(guard.rejection, told.reason);
  if (told.texts !== undefined) replaceAll(slots, told.texts);
  else if (slots.length === 1) throw new GuardFailure('the guardrail masked without giving the text');
  // Which text is whose it does not say: then each is asked for alone.
  else for (const slot of slots) await askGuardrail(check, guard, [slot], phase, asking);
  return told.reason;
}

function replaceAll(slots: readonly TextSlot[], texts: readonly string[]): void {
  slots.forEach((slot, index) => {
    slot.text = texts[index]!;
    slot.replace(slot.text);
  });
}

/** Throws `GuardRejection` for what a filter found, or `GuardFailure`. */
export async function askModelArmor(
  check: ModelArmorCheck,
  guard: Guard,
  slots: readonly TextSlot[],
  phase: GuardPhase,
  asking: Asking,
): Promise<void> {
  const texts = slots.map(({ text }) => text);
  const answer = await ask(check, armorUrl(check, phase), armorBody(texts, phase), asking);
  const reason = readArmor(answer);
  if (reason !== undefined) throw new GuardRejection(guard.rejection, reason);
}

async function ask(
  { credential }: BedrockGuardrailCheck | ModelArmorCheck,
  url: string,
  content: object,
  { transport, cloudAuth }: Asking,
): Promise<Json> {
  const call = {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(content),
  };
  let headers: Record<string, string>;
  try {
    headers = await signedHeaders(credential, call, cloudAuth);
  } catch (error) {
    throw new GuardFailure((error as Error).message);
  }
  return (await post(transport, url, headers, content)) as Json;
}
