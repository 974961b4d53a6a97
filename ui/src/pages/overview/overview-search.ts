export const overviewDays = [1, 7, 30, 90] as const;

export interface OverviewSearch {
  days?: (typeof overviewDays)[number];
}

export function readOverviewSearch(raw: Record<string, unknown>): OverviewSearch {
  const days = overviewDays.find((count) => count === raw.days);
  return days === undefined ? {} : { days };
}
