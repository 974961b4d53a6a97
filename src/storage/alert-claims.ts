/** Contract of what gateways that see the same budgets agree on: who of them tells an alert. */
import type { DueAlert } from '../core/budget/alerts.ts';

export interface AlertClaims {
  /** `mine`: to be told now. `others`: somebody is at it. Also `mine` while nobody can be asked: rather told twice than never. */
  claim(due: DueAlert): Promise<'mine' | 'others' | 'told'>;
  /** Never rejects: what cannot be noted is told once more. */
  told(id: string): Promise<void>;
  /** Claimed by somebody who did not tell it in time; empty while nobody can be asked. Absent where all see every counter anyway. */
  abandoned?(): Promise<DueAlert[]>;
}
