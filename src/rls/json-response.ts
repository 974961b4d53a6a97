/** An answer in protobuf's JSON: camelCase, enums by name, zero fields left out. */
import type { DescriptorStatus, RateLimitResponse } from '../core/ratelimit/model.ts';

export function responseToJson(response: RateLimitResponse): string {
  const { overallCode, statuses, responseHeadersToAdd, dynamicMetadata } = response;
  return JSON.stringify({
    overallCode,
    ...(statuses.length > 0 && { statuses: statuses.map(statusToJson) }),
    ...(responseHeadersToAdd.length > 0 && { responseHeadersToAdd }),
    ...(dynamicMetadata && { dynamicMetadata }),
  });
}

function statusToJson({ code, currentLimit, limitRemaining, durationUntilResetSeconds }: DescriptorStatus) {
  return {
    code,
    ...(currentLimit && { currentLimit: limitToJson(currentLimit) }),
    ...(limitRemaining > 0 && { limitRemaining }),
    ...(durationUntilResetSeconds !== undefined && { durationUntilReset: `${durationUntilResetSeconds}s` }),
  };
}

function limitToJson({ requestsPerUnit, unit, name }: NonNullable<DescriptorStatus['currentLimit']>) {
  return {
    ...(requestsPerUnit > 0 && { requestsPerUnit }),
    unit: unit.toUpperCase(),
    ...(name !== '' && { name }),
  };
}
