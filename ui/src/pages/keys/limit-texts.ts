import type { KeyLimits } from '../../api/types.ts';
import { formatShort } from '../../components/format.ts';
import { strings } from '../../strings.ts';

export function limitTexts({ requestsPerMinute, tokensPerMinute, concurrency }: KeyLimits): string[] {
  const { limit } = strings.keys;
  return [
    requestsPerMinute === undefined ? [] : limit.requests(formatShort(requestsPerMinute)),
    tokensPerMinute === undefined ? [] : limit.tokens(formatShort(tokensPerMinute)),
    concurrency === undefined ? [] : limit.concurrency(formatShort(concurrency)),
  ].flat();
}
