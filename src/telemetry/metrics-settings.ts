/** How much the metrics tell, and of what. */
export interface MetricsSettings {
  /** Labels of spend and tokens: `user`, `key`, `model`, `provider`, `route`, `gateway`, `backend`, or a label of keys. */
  labels: readonly string[];
  /** Values of one label, from calls, that have series of their own; later ones are `other`. */
  labelValues: number;
  /** Counters of one budget, the fullest first, that have series of their own; the rest are one, `other`. */
  budgetGroups: number;
}

export const defaultMetricsSettings: MetricsSettings = {
  labels: ['user', 'model'],
  labelValues: 100,
  budgetGroups: 20,
};

/** As Prometheus has names of labels: `cost-centre` is `cost_centre`. */
export function labelName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
}
