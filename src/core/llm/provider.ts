/** What every provider provides: where its APIs are, how it wants to be spoken to, and which wire format it takes. */
import type { RouteType } from '../config/snapshot.ts';
import type { Fields } from './fields.ts';
import type { Format } from './format.ts';

export interface EndpointCall {
  model: string;
  streaming: boolean;
  /** Azure's. */
  apiVersion?: string;
  project?: string;
}

export interface Provider {
  /** The chat format it takes, given what the target says it can. */
  chat: { routeType: RouteType; format: Format };
  /** Default path of an API (with a query where it needs one); undefined when the provider does not have it. */
  endpoint(routeType: RouteType, call: EndpointCall): string | undefined;
  /** Header that carries the credential where nothing else is configured. */
  credentialHeader(credential: string): [name: string, value: string];
  /** Headers the API requires, and the client's own that mean something to it. */
  requiredHeaders(clientHeaders: Readonly<Record<string, string>>): Record<string, string>;
  /** Last changes to a translated request. */
  adapt(body: Fields): Fields;
}
