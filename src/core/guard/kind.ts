/** What kind of call guards look at: a route's, or the API that a path means on a route which takes several. */
import type { RouteType } from '../config/snapshot.ts';
import type { PassedApiName } from '../llm/api.ts';
import { passedApiAt } from '../llm/passed/apis.ts';

export type CallKind = RouteType | PassedApiName;

/** `path`: with or without its query. */
export function kindOf(routeType: RouteType, path: string): CallKind {
  return passedApiAt(routeType, path.split('?', 1)[0]!)?.name ?? routeType;
}
