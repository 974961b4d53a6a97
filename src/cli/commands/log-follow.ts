/** Calls of the ledger: the latest, and those that come after; a connection that is lost is made again, and nothing is missed. */
import { setTimeout as delay } from 'node:timers/promises';
import { outcomeOf } from '../../core/outcome.ts';
import type { RequestRecord } from '../../core/record.ts';
import type { AdminClient, Query } from '../admin-client.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { eventData } from '../sse-data.ts';
import type { Terminal } from '../terminal.ts';

const largestPage = 1_000;
const retryMs = 1_000;

/** Runs until the process is ended, or the gateway refuses. */
export async function followCalls(
  client: AdminClient,
  query: Query,
  limit: number,
  print: (calls: readonly RequestRecord[]) => void,
  terminal: Terminal,
): Promise<void> {
  const seen = new Seen();
  let count = limit;
  let isConnected = false;
  let isLost = false;
  for (;;) {
    try {
      // First the stream, then the list: what comes between the two is in both, and told once.
      const stream = await client.stream('/calls/tail', query);
      const latest = await latestCalls(client, query, count);
      print(latest.filter((call) => seen.isNew(call)));
      isConnected = true;
      isLost = false;
      for await (const event of eventData(stream)) {
        const call = event as RequestRecord;
        if (matches(call, query) && seen.isNew(call)) print([call]);
      }
    } catch (error) {
      if (!isConnected || (error instanceof CliFailure && error.exitCode !== exitCodes.unreachable))
        throw error;
    }
    if (!isLost) terminal.err('tollgate: the connection is lost; connecting again …\n');
    isLost = true;
    count = largestPage;
    await delay(retryMs);
  }
}

/** Ids of calls that were told, of the last few thousand. */
class Seen {
  readonly #ids = new Set<string>();

  isNew({ id }: RequestRecord): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    if (this.#ids.size > 4 * largestPage) this.#ids.delete(this.#ids.values().next().value!);
    return true;
  }
}

/** The stream brings every call; the filters of the list hold for it too. */
function matches(call: RequestRecord, query: Query): boolean {
  const { key, llm } = call;
  const labels = Object.entries(query).filter(([name]) => name.startsWith('label.'));
  const text = [call.id, key?.id, key?.user, llm?.requestModel, llm?.responseModel, call.path, call.error];
  return (
    is(query['user'], key?.user) &&
    is(query['key'], key?.id) &&
    is(query['model'], llm?.requestModel, llm?.responseModel) &&
    is(query['provider'], llm?.provider) &&
    is(query['route'], call.route) &&
    is(query['outcome'], outcomeOf(call)) &&
    labels.every(([name, value]) => key?.labels[name.slice('label.'.length)] === value) &&
    (query['search'] === undefined || text.some((one) => one?.includes(String(query['search']))))
  );
}

function is(wanted: Query[string], ...values: (string | undefined)[]): boolean {
  return wanted === undefined || values.includes(String(wanted));
}

/** Oldest first, at most `count`. */
export async function latestCalls(
  client: AdminClient,
  query: Query,
  count: number,
): Promise<RequestRecord[]> {
  const calls: RequestRecord[] = [];
  let before: string | undefined;
  while (calls.length < count) {
    const limit = Math.min(count - calls.length, largestPage);
    const page = await client.get<{ items: RequestRecord[]; next?: string }>('/calls', {
      ...query,
      limit,
      before,
    });
    calls.push(...page.items);
    before = page.next;
    if (before === undefined || page.items.length === 0) break;
  }
  return calls.reverse();
}
