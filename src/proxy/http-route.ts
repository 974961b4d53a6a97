/** What routing found out about a plain HTTP call. */
import type { HeaderModifier, HttpBackend, RouteRule } from '../core/config/snapshot.ts';

export interface HttpRoute {
  backend: HttpBackend;
  /** Of the backend in the snapshot: its name alone may be that of several ports. */
  key: string;
  path: string;
  /** From a URLRewrite filter; else the client's Host goes on. */
  host: string | undefined;
  modifiers: HeaderModifier[];
  rule: RouteRule;
}
