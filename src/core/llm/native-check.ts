/**
 * What is looked at in a request that goes through as it is: what the gateway itself reads. All else is the provider's to
 * judge: it may know more than this version does.
 */
import type { RouteType } from '../config/snapshot.ts';
import {
  asArray,
  asBoolean,
  asCount,
  asObject,
  asString,
  FieldFault,
  type Fields,
  optional,
} from './fields.ts';
import { either } from './gemini-names.ts';

/** Throws `FieldFault`. */
export function checkNative(routeType: RouteType, body: Fields): void {
  if (routeType === 'Completions' || routeType === 'Messages') checkMessages(body['messages']);
  if (routeType === 'Responses') checkResponses(body);
  if (routeType === 'GenerateContent') checkGenerate(body);
  if (routeType === 'Embeddings' && (body['input'] === undefined || body['input'] === null))
    throw new FieldFault('input', 'must be given');
  optional(body['stream'], 'stream', asBoolean);
  for (const field of ['max_tokens', 'max_completion_tokens', 'max_output_tokens'])
    optional(body[field], field, asCount);
}

function checkMessages(value: unknown): void {
  const messages = asArray(value, 'messages');
  if (messages.length === 0) throw new FieldFault('messages', 'must have at least one message');
  messages.forEach((item, index) => {
    const path = `messages[${index}]`;
    asString(asObject(item, path)['role'], `${path}.role`);
  });
}

function checkGenerate(body: Fields): void {
  if (asArray(body['contents'], 'contents').length === 0)
    throw new FieldFault('contents', 'must have at least one message');
  const config = optional(either(body, 'generationConfig'), 'generationConfig', asObject) ?? {};
  optional(either(config, 'maxOutputTokens'), 'generationConfig.maxOutputTokens', asCount);
}

function checkResponses(body: Fields): void {
  const { input } = body;
  if (typeof input !== 'string') optional(input, 'input', asArray);
  // An answer that is fetched later, by a call of another kind, would be used and not charged.
  if (body['background'] === true)
    throw new FieldFault(
      'background',
      'answers that are made later are not served: they would not be charged',
    );
}
