/** Gemini generateContent (API reference: models.generateContent, models.streamGenerateContent). */
import type { Format } from '../../format.ts';
import { decodeError, encodeError } from './error.ts';
import { carried, decodeRequest } from './request-decode.ts';
import { encodeRequest } from './request-encode.ts';
import { decodeResponse, encodeResponse } from './response.ts';
import { decodeStream } from './stream-decode.ts';
import { encodeStream } from './stream-encode.ts';
import { decodeUsage } from './usage.ts';

export const geminiGenerate: Format = {
  toolNames: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
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
