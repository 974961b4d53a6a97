/** Anthropic Messages (API reference: POST /v1/messages). */
import type { Format } from '../../format.ts';
import { plainNames } from '../../tool-names.ts';
import { decodeError, encodeError } from './error.ts';
import { carried, decodeRequest } from './request-decode.ts';
import { encodeRequest } from './request-encode.ts';
import { decodeResponse, encodeResponse } from './response.ts';
import { decodeStream } from './stream-decode.ts';
import { encodeStream } from './stream-encode.ts';
import { decodeUsage } from './usage.ts';

export const anthropicMessages: Format = {
  toolNames: plainNames,
  carried,
  decodeRequest,
  encodeRequest,
  decodeResponse,
  encodeResponse,
  decodeUsage,
  decodeStream,
  encodeStream,
  decodeError,
  encodeError,
};
