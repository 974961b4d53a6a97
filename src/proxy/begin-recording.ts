/** Where calls whose route records them begin to be recorded, and what of their requests is. */
import { holds } from '../core/cel/compile.ts';
import { isBinaryBody } from '../core/llm/binary-body.ts';
import type { Call } from './call.ts';
import { CallRecording, type RecordingRoom } from './call-recording.ts';
import type { LinkedRecording } from './linked-snapshot.ts';
import type { LlmRoute } from './llm-route.ts';

export function beginRecording(
  call: Call,
  recording: LinkedRecording | undefined,
  room: RecordingRoom,
): void {
  if (recording === undefined) return;
  const { rule, when } = recording;
  if (when !== undefined && !holds(when, call.context.variables)) return;
  const { prompts, answers, setBy } = rule;
  call.record.content = { prompts, answers, setBy };
  call.recording = new CallRecording(prompts, answers, room);
}

/** The body as it may go to a provider, guards have been asked. */
export function recordRequest(call: Call, { routeType }: Pick<LlmRoute, 'routeType'>, body: string): void {
  if (call.recording === undefined || call.upgrade !== undefined) return;
  const { 'content-type': mediaType = '' } = call.target.headers;
  call.recording.request(body, mediaType, isBinaryBody(routeType, mediaType));
}
