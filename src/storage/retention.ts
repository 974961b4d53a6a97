/** Contract of what keeps the ledger small. */
import type { RetentionSetting } from '../core/config/retention.ts';

export interface RetentionStatus extends RetentionSetting {
  /** Of this process; Unix milliseconds. */
  lastRun?: { atMs: number; dropped: number };
  /** Absent: nothing is deleted. */
  nextRunAtMs?: number;
}

export interface Retention {
  /** As it is in force now. */
  status(): RetentionStatus;
}
