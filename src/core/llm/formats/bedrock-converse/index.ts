/** Amazon Bedrock's Converse and ConverseStream (API reference: bedrock-runtime). Only providers speak it. */
import type { ProviderFormat } from '../../format.ts';
import { plainNames } from '../../tool-names.ts';
import { decodeError } from './error.ts';
import { encodeRequest } from './request-encode.ts';
import { decodeResponse } from './response.ts';
import { decodeStream } from './stream-decode.ts';
import { decodeUsage } from './usage.ts';

export const bedrockConverse: ProviderFormat = {
  toolNames: plainNames,
  encodeRequest,
  decodeResponse,
  decodeUsage,
  decodeStream,
  decodeError,
};
