/** A call of an API that is passed through: the client's bytes, with the model set where the backend sets one. */
import { modelFor } from '../enrich.ts';
import { estimateTokens } from '../estimate.ts';
import { FieldFault, type Fields, fieldsOf } from '../fields.ts';
import { upstreamHeaders } from '../headers.ts';
import { patchObjectText } from '../json-text.ts';
import type { Provider } from '../provider.ts';
import { urlOf } from '../providers.ts';
import type { ClientCall, ReplyTranslator, UpstreamCall } from '../translate-contract.ts';
import { noUsage, type Usage } from '../usage.ts';
import { type Measure, type PassedApi, type PassedRequest, withMedia } from './apis.ts';
import { type Form, isForm, readForm } from './multipart.ts';
import { passedUsage } from './passed-usage.ts';
import { passedStream } from './stream-passed.ts';

export function translatePassed(call: ClientCall, provider: Provider, api: PassedApi): UpstreamCall {
  const { target } = call;
  const contentType = call.headers['content-type'] ?? '';
  const form = isForm(contentType) ? readForm(call.body, contentType) : undefined;
  const fields = form?.fields ?? fieldsOf(call);
  const asked = typeof fields['model'] === 'string' ? fields['model'] : undefined;
  const model = modelFor(target, asked);
  if (model === undefined) throw new FieldFault('model', 'must be given: this backend does not name one');
  const measure = api.measure(requestOf(call.body, fields, form));
  const streaming =
    fields['stream'] === true || fields['stream'] === 'true' || fields['stream_format'] === 'sse';
  const hideUsage = streaming && api.name === 'TextCompletions' && !includesUsage(fields);
  const changes: Fields = {
    ...(model !== asked && { model }),
    ...(hideUsage && { stream_options: { ...(fields['stream_options'] as Fields), include_usage: true } }),
  };
  return {
    method: 'POST',
    url: urlOf(target, provider, api.name, { model, streaming }),
    headers: {
      ...upstreamHeaders(target, provider, call.headers, api.name),
      'content-type': form === undefined ? 'application/json' : contentType,
    },
    body:
      form === undefined
        ? patched(call.body, changes)
        : model === asked
          ? call.body
          : form.with('model', model),
    binary: form !== undefined,
    streaming,
    operation: api.operation,
    requestModel: model,
    maxTokens: measure.maxOutput,
    maxTokensFields: measure.maxTokensFields,
    hasOutput: measure.hasOutput,
    answers: measure.answers,
    media: () => true,
    boundInput: () => measure.boundInput,
    estimatedInputTokens: measure.estimatedInput,
    reply: replyOf(measure, hideUsage),
  };
}

function requestOf(body: string, fields: Fields, form: Form | undefined): PassedRequest {
  const { files = 0, fileBytes = 0 } = form ?? {};
  return { text: form === undefined ? body : '', fields, files, fileBytes };
}

function includesUsage(fields: Fields): boolean {
  return (fields['stream_options'] as Fields | null | undefined)?.['include_usage'] === true;
}

function patched(text: string, changes: Fields): string {
  const entries = Object.entries(changes).map(([name, value]): [string, string] => [
    name,
    JSON.stringify(value),
  ]);
  return entries.length === 0 ? text : patchObjectText(text, Object.fromEntries(entries));
}

function replyOf(measure: Measure, hideUsage: boolean): ReplyTranslator {
  const estimate = (text: string): Usage => ({
    ...noUsage,
    inputTokens: measure.estimatedInput,
    outputTokens: measure.outputOf(text),
    estimated: true,
  });
  const used = (usage: Usage) => withMedia(usage, measure);
  return {
    plain: (text, contentType) => {
      const body = objectIn(text);
      const said = typeof body?.['text'] === 'string' ? body['text'] : text;
      const model = body?.['model'];
      return {
        contentType: contentType === '' ? 'application/json' : contentType,
        body: text,
        usage: used((body && passedUsage(body, () => estimateTokens(said))) ?? estimate(said)),
        responseModel: typeof model === 'string' ? model : undefined,
      };
    },
    error: (_status, text, contentType) => ({ contentType, body: text }),
    stream: () => passedStream(measure, hideUsage),
    bytes: () => used(estimate('')),
  };
}

function objectIn(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined;
  } catch {
    return undefined;
  }
}
