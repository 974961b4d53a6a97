/** Bodies that are no text: they are held with a character for each byte, so that nothing of them is lost. */
import type { RouteType } from '../config/snapshot.ts';

const anyBody: ReadonlySet<RouteType> = new Set(['Passthrough', 'Detect']);
const text = /^(text\/|application\/(json|x-ndjson|x-www-form-urlencoded)|[^;]*\+json)|^$/i;

export function isBinaryBody(routeType: RouteType, contentType: string): boolean {
  return anyBody.has(routeType) && !text.test(contentType);
}

/** Of an answer. */
export function isBinaryAnswer(contentType: string): boolean {
  return /^(audio|image|video)\/|^application\/octet-stream/i.test(contentType);
}
