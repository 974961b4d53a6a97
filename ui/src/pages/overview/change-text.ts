import { strings } from '../../strings.ts';

/** `+12 % against the time before`. */
export function changeText(current: number, previous: number): string {
  if (previous === 0) return strings.overview.noBefore;
  const percent = Math.round((current / previous - 1) * 100);
  return strings.overview.before(`${percent < 0 ? '−' : '+'}${Math.abs(percent).toLocaleString('en')} %`);
}
