/** Prompt guards as the data path takes them: plain data, in agentgateway's terms. */
import type { Credential } from '../config/credential.ts';

/** What is looked at on the way to the provider, and in its answer. Each list is gone through in order; the first refusal ends it. */
export interface PromptGuard {
  /** The object it comes from, for the log. */
  source: string;
  request: Guard[];
  response: Guard[];
}

/** Parts of a request. Answers have none: their text is looked at. */
export type GuardScope = 'SystemPrompt' | 'Messages' | 'ToolInput' | 'ToolOutput';

export interface Guard {
  check: RegexCheck | WebhookCheck | ModerationCheck | BedrockGuardrailCheck | ModelArmorCheck;
  scope: GuardScope[];
  /** What a rejected call is answered with. */
  rejection: { statusCode: number; message: string };
}

export type Builtin = 'CaSin' | 'CreditCard' | 'Email' | 'PhoneNumber' | 'Ssn';

export interface RegexCheck {
  type: 'regex';
  action: 'Mask' | 'Reject';
  builtins: Builtin[];
  /** RE2 syntax. */
  matches: string[];
}

export interface WebhookCheck {
  type: 'webhook';
  /** `http://host:port`, one per endpoint. */
  origins: string[];
  /** Name → CEL; `:path` replaces the path. */
  headers: Record<string, string>;
  /** The client's headers that go on, if their value matches. */
  forward: { name: string; type: 'Exact' | 'RegularExpression'; value: string }[];
  failOpen: boolean;
}

export interface ModerationCheck {
  type: 'moderation';
  url: string;
  model: string;
  credential?: Credential;
}

export interface BedrockGuardrailCheck {
  type: 'bedrockGuardrail';
  origin: string;
  identifier: string;
  version: string;
  credential: Credential;
}

export interface ModelArmorCheck {
  type: 'modelArmor';
  origin: string;
  /** `projects/…/locations/…/templates/…` */
  template: string;
  credential: Credential;
}

/** A piece of text in a call, and how to put another in its place. */
export interface TextSlot {
  scope: GuardScope;
  role: string;
  text: string;
  replace(text: string): void;
}

export const defaultScope: GuardScope[] = ['SystemPrompt', 'Messages'];

/** Thrown where a guard says no. */
export class GuardRejection extends Error {
  override readonly name = 'GuardRejection';
  readonly statusCode: number;
  /** What was found, without the text itself. */
  readonly reason: string;
  constructor({ statusCode, message }: Guard['rejection'], reason: string) {
    super(message);
    this.statusCode = statusCode;
    this.reason = reason;
  }
}

/** The guard itself can't do its work: the call is refused, unless its policy lets calls pass then. */
export class GuardFailure extends Error {
  override readonly name = 'GuardFailure';
}
