/** What a call is signed in with at its upstream: plain data, as all of the snapshot. */

/** Where a credential stands in a request. */
export type KeyLocation =
  | { type: 'header'; name: string; prefix: string }
  | { type: 'queryParameter'; name: string }
  | { type: 'cookie'; name: string }
  | { type: 'expression'; expression: string };

/** `passthrough` sends the client's own credential on. `location` absent: where the provider expects it. */
export type Credential =
  | { type: 'key'; value: string; location?: KeyLocation }
  | { type: 'passthrough'; location?: KeyLocation }
  | CloudCredential;

/** What a cloud's credentials are resolved from; without a source the surroundings are asked: environment, files, the machine. */
export type CloudCredential = AwsCredential | GcpCredential | AzureCredential;

export interface AwsCredential {
  type: 'aws';
  /** Of the signature. */
  region: string;
  service: string;
  keys?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** Taken on with the credentials of the surroundings. */
  role?: { arn: string; sessionName: string; tags: { key: string; value: string }[] };
}

export interface GcpCredential {
  type: 'gcp';
  /** JSON text: a service account's key, or a description of an external account. */
  credentials?: string;
  /** Whom an identity token is for; absent: an access token for Google's own APIs. */
  audience?: string;
}

export interface AzureCredential {
  type: 'azure';
  /** What the tokens are for. */
  scope: string;
  source:
    | { type: 'secret'; tenantId: string; clientId: string; clientSecret: string }
    | { type: 'managed'; clientId?: string; objectId?: string; resourceId?: string }
    | { type: 'workload' }
    | { type: 'surroundings' };
}
