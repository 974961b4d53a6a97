/** What every provider provides: where its APIs are, how it wants to be spoken to, and which wire format it takes. */
import type { ProviderTarget } from '../config/snapshot.ts';
import type { Api } from './api.ts';
import type { EventFrames } from './event-stream.ts';
import type { Fields } from './fields.ts';
import type { ProviderError, ProviderFormat } from './format.ts';
import type { VectorApi } from './vectors/model.ts';

export interface EndpointCall {
  model: string;
  streaming: boolean;
  /** Azure's. */
  apiVersion?: string;
  project?: string;
  vertexai?: ProviderTarget['vertexai'];
}

export interface NativeChanges {
  /** Members to set; undefined leaves one out. */
  members: Fields;
  /** What the call is made without. */
  drops: string[];
}

export interface Provider {
  /** The chat format it takes, given what the target says it can. */
  chat: { routeType: Api; format: ProviderFormat };
  /** Another format of its own, for calls that ask for what the one above does not have. */
  wider?: Provider['chat'];
  /** Default path of an API (with a query where it needs one); undefined when the provider does not have it. */
  endpoint(api: Api, call: EndpointCall): string | undefined;
  /** Header that carries the credential where nothing else is configured. */
  credentialHeader(credential: string): [name: string, value: string];
  /** Headers the API requires, and the client's own that mean something to it. */
  requiredHeaders(
    clientHeaders: Readonly<Record<string, string>>,
    target: ProviderTarget,
    api: Api,
  ): Record<string, string>;
  /** Last changes to a translated request. */
  adapt(body: Fields, target: ProviderTarget): Fields;
  /** What it wants otherwise where the client's own text goes through. */
  adaptNative?(api: Api, body: Fields, clientHeaders: Readonly<Record<string, string>>): NativeChanges;
  /** Members that the backend's configuration sets in a body that is passed through. */
  passthroughMembers?(api: Api | undefined, target: ProviderTarget): Fields;
  /** Whether the model takes marks for prompt caching. */
  caches?(model: string): boolean;
  /** Its API for embeddings, where that is not OpenAI's; undefined for a model without one. */
  vectors?(model: string): VectorApi | undefined;
  /** Of providers with models of several vendors: how this one is spoken to. */
  forModel?(model: string): Provider;
  /** How its streams are cut into events; server-sent events where it says nothing. */
  frames?(api: Api): EventFrames;
  /** Its errors, where they are not those of the format. */
  decodeError?(body: string): ProviderError;
}
