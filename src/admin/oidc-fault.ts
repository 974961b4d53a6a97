/** Why somebody could not be logged in by OpenID Connect. The message is for the log; people are told by the code. */
export type OidcFaultCode = 'unavailable' | 'expired' | 'refused' | 'failed' | 'no_role';

export class OidcFault extends Error {
  override readonly name = 'OidcFault';
  readonly code: OidcFaultCode;

  constructor(code: OidcFaultCode, message: string) {
    super(message);
    this.code = code;
  }
}
