/** When a provider asks to be left alone: `retry-after` in seconds or as a date (RFC 9110, 10.2.3), `retry-after-ms`. */

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const fixdate = /^[a-z]{3}, (\d{2}) ([a-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) gmt$/i;

export interface RetryAfterHeaders {
  'retry-after'?: string | string[] | undefined;
  'retry-after-ms'?: string | string[] | undefined;
}

/** Milliseconds from now, 0 when the moment has passed; undefined: nothing was said that can be understood. */
export function retryAfterMs(headers: RetryAfterHeaders, nowMs: number): number | undefined {
  const { 'retry-after-ms': exact, 'retry-after': usual } = headers;
  if (typeof exact === 'string' && isNumber(exact)) return Number(exact);
  if (typeof usual !== 'string') return undefined;
  const text = usual.trim();
  if (isNumber(text)) return Math.ceil(Number(text) * 1_000);
  const at = momentOf(text);
  return at === undefined ? undefined : Math.max(0, at - nowMs);
}

function isNumber(text: string): boolean {
  return /^\d{1,9}(\.\d{1,9})?$/.test(text);
}

function momentOf(text: string): number | undefined {
  const parts = fixdate.exec(text);
  if (parts === null) return undefined;
  const [day, , year, hour, minute, second] = parts.slice(1).map(Number);
  const month = months.indexOf(parts[2]!.toLowerCase()) + 1;
  const fields = {
    year: year!,
    month,
    day: day!,
    hour: hour!,
    minute: minute!,
    second: second!,
    timeZone: 'UTC',
  };
  try {
    return Temporal.ZonedDateTime.from(fields, { overflow: 'reject' }).epochMilliseconds;
  } catch {
    return undefined;
  }
}
