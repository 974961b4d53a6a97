import { callApi } from './client.ts';

export type Inspection =
  | { ok: true; type: string; value: unknown }
  | { ok: false; phase: 'compile' | 'evaluate'; error: string; line?: number; column?: number };

export const evaluateCel = (expression: string, variables: object) =>
  callApi<Inspection>('/cel/evaluate', { method: 'POST', body: { expression, variables } });

export interface CallVariables {
  variables: Record<string, unknown>;
  /** What the ledger does not keep. */
  missing: { name: string; why: string }[];
}

export const getCallVariables = (call: string, signal?: AbortSignal) =>
  callApi<CallVariables>(`/cel/variables/${encodeURIComponent(call)}`, { signal });

export interface CelReference {
  variables: { name: string; description: string; isSet: boolean }[];
  functions: { name: string; form: string; description: string }[];
}

export const getCelReference = (signal?: AbortSignal) => callApi<CelReference>('/cel/reference', { signal });
