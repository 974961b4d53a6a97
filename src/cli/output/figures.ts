/** The one place where moments, money and counts get the form that people read. */

/** `2026-11-25 07:52 UTC`; empty for what is not there. `moment`: RFC 3339 or Unix ms. */
export function momentText(moment: string | number | undefined): string {
  if (moment === undefined) return '';
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return String(moment);
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `2026-11-25 07:52:31`, UTC: for lists of calls, whose title names the zone. */
export function secondText(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** `12,345` */
export function countText(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** Nano-dollars as `$1,234.50`; below a cent the first two digits that say something: `$0.00012`. */
export function moneyText(costNano: number): string {
  const dollars = Math.abs(costNano) / 1e9;
  const sign = costNano < 0 ? '-' : '';
  if (dollars === 0) return '$0';
  if (dollars >= 0.01) {
    const fraction = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
    return `${sign}$${dollars.toLocaleString('en-US', fraction)}`;
  }
  return `${sign}$${Number(dollars.toPrecision(2)).toFixed(9).replace(/0+$/, '')}`;
}

/** Dollars with nine decimals, exactly: for CSV and resources. */
export function decimalDollars(costNano: number): string {
  return (costNano / 1e9).toFixed(9);
}

/** What is left out is a dash: an empty cell in the middle of a table reads like a mistake. */
export function orDash(text: string | undefined): string {
  return text === undefined || text === '' ? '-' : text;
}
