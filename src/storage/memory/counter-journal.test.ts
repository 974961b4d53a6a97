import assert from 'node:assert/strict';
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CounterJournal, journalName, parseLine, readJournals } from './counter-journal.ts';

const hit = (key: string, add = 1) => ({ key, windowStart: 0, windowSeconds: 60, add });
const counts = (increment: ReturnType<typeof hit>) => `${journalName(increment)}${increment.add}`;

function journalIn(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-journal-'));
  const journal = new CounterJournal(directory, 'worker-1');
  t.after(() => rmSync(directory, { recursive: true }));
  const lines = () =>
    readdirSync(directory).flatMap((name) =>
      readFileSync(join(directory, name), 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    );
  return { directory, journal, lines };
}

test('what may wait travels with the next line, in order', (t) => {
  const { journal, lines, directory } = journalIn(t);
  journal.appendSoon(1, counts(hit('limit', 7)));
  assert.deepEqual(lines(), []);
  journal.append(1, counts(hit('budget', 2)), '{"id":"a"}');
  assert.deepEqual(
    lines().map((line) => parseLine(line)),
    [{ counts: '"limit",0,60,7,"budget",0,60,2', entry: '{"id":"a"}' }],
  );
  assert.deepEqual(readJournals(directory, 1), [hit('limit', 7), hit('budget', 2)]);
});

test('what may wait is written before the thread turns to another event', async (t) => {
  const { journal, lines } = journalIn(t);
  journal.appendSoon(1, counts(hit('limit')));
  await Promise.resolve();
  assert.equal(lines().length, 1);
});

test('lines that wait stay in the file of their generation', (t) => {
  const { journal, directory } = journalIn(t);
  journal.appendSoon(1, counts(hit('old')));
  journal.append(2, counts(hit('new')), '');
  assert.deepEqual(readJournals(directory, 2), [hit('new')]);
  assert.deepEqual(readJournals(directory, 1), [hit('old'), hit('new')]);
});

test('a line longer than the memory it is encoded in, behind one that waits', (t) => {
  const { journal, directory, lines } = journalIn(t);
  const entry = JSON.stringify({ id: 'ü€𝄞'.repeat(20_000) });
  journal.appendSoon(1, counts(hit('limit')));
  journal.append(1, counts(hit('budget')), entry);
  assert.equal(parseLine(lines()[0]!)?.entry, entry);
  assert.equal(readJournals(directory, 1).length, 2);
});

test('a disk that takes nothing: the promised lines wait, the refused one does not come back', (t) => {
  const { journal, directory, lines } = journalIn(t);
  journal.append(1, counts(hit('first')), '');
  const opened = openJournalFile(directory);
  closeSync(opened);
  journal.appendSoon(1, counts(hit('promised')));
  assert.throws(() => journal.append(1, counts(hit('refused')), ''), { code: 'EBADF' });
  const again = openSync(join(directory, readdirSync(directory)[0]!), 'a');
  assert.equal(again, opened);
  journal.append(1, counts(hit('later')), '');
  assert.deepEqual(
    lines().map((line) => parseLine(line)?.counts.match(/[a-z]+/g)),
    [['first'], ['promised', 'later']],
  );
});

/** The descriptor that the journal has open: so a test can take its file away. */
function openJournalFile(directory: string): number {
  const { ino } = statSync(join(directory, readdirSync(directory)[0]!));
  for (let fd = 3; fd < 256; fd++) {
    try {
      if (fstatSync(fd).ino === ino) return fd;
    } catch {
      // Not open.
    }
  }
  throw new Error('no descriptor of the journal');
}
