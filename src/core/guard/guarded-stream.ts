/** A stream as its translator gives it, with regex guards behind: metered by what the provider wrote, not by what goes on. */
import type { StreamTranslator } from '../llm/translate-contract.ts';
import type { StreamGuard } from './stream-guard.ts';

/** `tellRejection`: the event that tells the client, in its dialect. */
export function guardedStream(
  inner: StreamTranslator,
  guard: StreamGuard,
  tellRejection: (message: string) => string,
): StreamTranslator {
  let told = false;
  const withRejection = (text: string): string => {
    if (guard.rejection === undefined || told) return text;
    told = true;
    return text + tellRejection(guard.rejection.message);
  };
  const { pushBytes } = inner;
  return {
    raw: false,
    // A method of the translator's: it keeps its own state.
    ...(pushBytes && { pushBytes: (bytes) => withRejection(guard.push(pushBytes.call(inner, bytes))) }),
    contentType: inner.contentType,
    push: (text) => {
      const out = inner.push(text);
      return withRejection(guard.push(inner.raw ? text : out));
    },
    end: (reason, why) => {
      const last = inner.end(reason, why);
      if (reason === 'aborted' || told) return '';
      return withRejection(
        reason === 'broken' ? guard.end() + guard.push(last) : guard.push(last) + guard.end(),
      );
    },
    usage: () => inner.usage(),
    responseModel: () => inner.responseModel(),
    finished: () => inner.finished(),
    failed: () => inner.failed(),
    sawFirstToken: () => inner.sawFirstToken(),
    stopped: () => guard.rejection,
  };
}
