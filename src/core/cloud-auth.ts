/** Credentials of clouds: not a text that is sent, but something that is resolved, renewed, and signs each call. */
import type { CloudCredential, Credential } from './config/credential.ts';

export interface SignableCall {
  method: string;
  /** Complete URL. */
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface CloudAuth {
  /** Those of the configuration in force: they are resolved and renewed from now on, beside the calls; others no more. */
  use(credentials: readonly CloudCredential[]): void;
  /**
   * Headers that the call needs. Waits only while a credential that was just configured is resolved for the first time. Rejects
   * with `CredentialUnavailable` when there is none, or none that is still valid.
   */
  sign(credential: CloudCredential, call: SignableCall): Promise<Record<string, string>>;
}

/** `message` is for the log: it says why. */
export class CredentialUnavailable extends Error {
  override readonly name = 'CredentialUnavailable';
}

export function isCloud(credential: Credential | undefined): credential is CloudCredential {
  return credential?.type === 'aws' || credential?.type === 'gcp' || credential?.type === 'azure';
}
