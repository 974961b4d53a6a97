/**
 * Contract of the store of what was said in recorded calls, beside the ledger. It holds personal data: encrypted at rest, kept for days,
 * deleted on request. Of what was deleted stays that it was, until its time is over.
 */
import type { CallContent } from '../core/content/model.ts';
import type { Retention } from './retention.ts';

export interface NewContent {
  /** The call's, as in the ledger. */
  id: string;
  /** Unix milliseconds. */
  startedAtMs: number;
  /** Whose it is; '' where there is none. */
  key: string;
  user: string;
  content: CallContent;
}

export type StoredContent =
  | { state: 'kept'; content: CallContent }
  /** On request. */
  | { state: 'deleted'; atMs: number; by: string }
  /** Encrypted with another key than this gateway has, or damaged. */
  | { state: 'unreadable' };

/** Exactly one of them. */
export type ContentSelection = { id: string } | { key: string } | { user: string };

export interface ContentExtent {
  /** That can be read. */
  contents: number;
  /** Of the store. */
  bytes: number;
  oldestMs?: number;
  /** Began before the moment that was asked for. */
  older?: number;
}

/** Every operation may throw or reject: with `StoreUnavailable` where the store is out of reach. */
export interface ContentStore {
  /** All or none. What is there already, or was deleted, stays as it is. */
  append(contents: readonly NewContent[]): void | Promise<void>;
  get(id: string): StoredContent | undefined | Promise<StoredContent | undefined>;
  /** How many were deleted: what was deleted before counts no more. */
  delete(which: ContentSelection, by: string, atMs: number): number | Promise<number>;
  /** Forgets contents of calls that began before, at most so many; how many those were, deleted ones among them. */
  prune(beforeMs: number, atMost: number): number | Promise<number>;
  extent(beforeMs?: number): ContentExtent | Promise<ContentExtent>;
  close(): void | Promise<void>;
}

/** What the admin API has of recorded contents. */
export interface ContentDesk {
  get(id: string): Promise<StoredContent | undefined>;
  /** Whether it is about to be stored by this gateway. */
  isWaiting(id: string): boolean;
  /** Those that wait here too. */
  delete(which: ContentSelection, by: string, atMs: number): Promise<number>;
  extent(beforeMs?: number): Promise<ContentExtent>;
  retention: Retention;
}
