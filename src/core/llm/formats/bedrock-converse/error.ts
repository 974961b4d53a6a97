/** `{message}`; what kind of error it is, its status says. */
import { decodeAwsError } from '../../aws-errors.ts';
import type { ProviderError } from '../../format.ts';

export function decodeError(body: string): ProviderError {
  return decodeAwsError(body);
}
