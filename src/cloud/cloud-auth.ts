/** The clouds' credentials of one thread: those of the configuration in force, resolved and renewed, at hand for each call. */
import { type CloudAuth, CredentialUnavailable, type SignableCall } from '../core/cloud-auth.ts';
import type { AwsCredential, CloudCredential } from '../core/config/credential.ts';
import { obtainAwsKeys } from './aws-keys.ts';
import { createSigner } from './aws-signature.ts';
import { obtainAzureToken } from './azure-token.ts';
import { obtainGcpToken } from './gcp-token.ts';
import { type RenewalClock, RenewedCredential } from './renewed.ts';

export interface StoppableCloudAuth extends CloudAuth {
  stop(): void;
}

interface Signer {
  sign(call: SignableCall): Promise<Record<string, string>>;
  stop(): void;
}

export function createCloudAuth(clock: RenewalClock): StoppableCloudAuth {
  return new ThreadCloudAuth(clock);
}

class ThreadCloudAuth implements StoppableCloudAuth {
  readonly #clock: RenewalClock;
  /** By what they are resolved from: a change elsewhere in the configuration resolves nothing anew. */
  #signers = new Map<string, Signer>();
  /** Calls that began before a change end with what they began with. */
  readonly #byCredential = new WeakMap<CloudCredential, Signer>();

  constructor(clock: RenewalClock) {
    this.#clock = clock;
  }

  use(credentials: readonly CloudCredential[]): void {
    const before = this.#signers;
    this.#signers = new Map();
    for (const credential of credentials) {
      const id = JSON.stringify(credential);
      const signer = this.#signers.get(id) ?? before.get(id) ?? this.#create(credential);
      this.#signers.set(id, signer);
      this.#byCredential.set(credential, signer);
    }
    for (const [id, signer] of before) if (!this.#signers.has(id)) signer.stop();
  }

  async sign(credential: CloudCredential, call: SignableCall): Promise<Record<string, string>> {
    const signer = this.#byCredential.get(credential);
    if (signer === undefined) throw new CredentialUnavailable('it is not part of the configuration in force');
    return signer.sign(call);
  }

  stop(): void {
    this.use([]);
  }

  #create(credential: CloudCredential): Signer {
    if (credential.type === 'aws') return this.#signing(credential);
    const token = new RenewedCredential(
      () => (credential.type === 'gcp' ? obtainGcpToken(credential) : obtainAzureToken(credential)),
      this.#clock,
    );
    return {
      sign: async () => ({ authorization: `Bearer ${await token.value()}` }),
      stop: () => token.stop(),
    };
  }

  #signing(credential: AwsCredential): Signer {
    const signing = new RenewedCredential(async () => {
      const { value: keys, ...expiry } = await obtainAwsKeys(credential);
      return { value: await createSigner(keys, credential.region, credential.service), ...expiry };
    }, this.#clock);
    return {
      sign: async (call) => (await signing.value())(call, new Date(this.#clock.nowMs())),
      stop: () => signing.stop(),
    };
  }
}

/** Renewals keep no process alive. */
export function systemRenewalClock(nowMs: () => number): RenewalClock {
  return {
    nowMs,
    after: (delayMs, run) => {
      // Longer ones would fire at once.
      const timer = setTimeout(run, Math.min(delayMs, 2 ** 31 - 1)).unref();
      return () => clearTimeout(timer);
    },
  };
}
