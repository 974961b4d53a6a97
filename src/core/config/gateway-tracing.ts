/** Tracing in the snapshot. */

/** Of one Gateway. Expressions are CEL; plain data, as all of the snapshot. */
export interface GatewayTracing {
  policy: string;
  /** Complete URL that spans are posted to. */
  url: string;
  /** Of calls that bring no trace: true, false, or a share from 0 to 1. Absent: none of them. */
  randomSampling?: string;
  /** Of calls whose trace is sampled: as above. Absent: all of them. */
  clientSampling?: string;
  /** Whether a finished call is told. Absent: it is. */
  filter?: string;
  add: NamedExpression[];
  remove: string[];
  resources: NamedExpression[];
}

export interface NamedExpression {
  name: string;
  expression: string;
}
