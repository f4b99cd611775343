import fs from 'node:fs';
import {join} from 'node:path';
import {beforeAll, describe, expect, it} from 'vitest';
import {isAosError} from '../../src/lib/foundation/errors/error.ts';
import {pickDriver} from '../../src/lib/node/journal/driver.ts';
import {JOURNAL_FILE, openJournal} from '../../src/lib/node/journal/sqlite.ts';
import {answerOf} from '../support/journal.ts';
import {bundleChild, startChild} from '../support/child.ts';
import {hostileSize} from '../support/hostile-size.ts';
import {inTempDir} from '../support/journal.ts';
import {flipped} from '../support/wal-log.ts';

const VARIANTS = hostileSize({full: 100, bounded: 32});
/** Lines of the writer after which it is killed: all of it is in the log, or the log has begun anew several times. */
const LINES = {short: 90, long: hostileSize({full: 1_500, bounded: 400})};

/** What the process before reported as stored, before it was killed. */
type Left = {dir: string; received: Set<string>; concluded: Set<string>};

let writer: string;
beforeAll(async () => {
  writer = await bundleChild('journal-writer');
});

async function leftBehind(dir: string, killAt: number): Promise<Left> {
  const child = startChild(writer, [dir, pickDriver().name, 'write']);
  const left = {dir, received: new Set<string>(), concluded: new Set<string>()};
  let lines = 0;
  for await (const line of child.lines) {
    const [what, jobId = ''] = line.split(' ');
    if (what === 'received') left.received.add(jobId);
    if (what === 'concluded') left.concluded.add(jobId);
    if ((lines += 1) === killAt) child.process.kill('SIGKILL');
  }
  await child.ended;
  return left;
}

/** The same numbers in each run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Damage = {what: string; do: (dir: string, pick: () => number) => void};

const file = (dir: string, end = ''): string => join(dir, `${JOURNAL_FILE}${end}`);

function flipIn(end: string, share: (pick: () => number) => number = (pick) => pick()): Damage['do'] {
  return (dir, pick) => {
    const bytes = fs.readFileSync(file(dir, end));
    fs.writeFileSync(file(dir, end), flipped(bytes, Math.floor(share(pick) * bytes.length * 8)));
  };
}

function cut(end: string): Damage['do'] {
  return (dir, pick) =>
    fs.truncateSync(file(dir, end), Math.floor(pick() * fs.statSync(file(dir, end)).size));
}

function zeros(dir: string, pick: () => number): void {
  const bytes = fs.readFileSync(file(dir, '-wal'));
  const at = Math.floor(pick() * bytes.length);
  fs.writeFileSync(file(dir, '-wal'), bytes.fill(0, at, at + 4_096));
}

const remove =
  (...ends: string[]): Damage['do'] =>
  (dir) =>
    ends.forEach((end) => fs.rmSync(file(dir, end), {force: true}));

const DAMAGES: readonly Damage[] = [
  {what: 'a bit of the log', do: flipIn('-wal')},
  {what: 'a bit of the last part of the log', do: flipIn('-wal', (pick) => 1 - pick() * 0.02)},
  {
    what: 'a bit of the first 64 bytes of the log',
    do: (dir, pick) => flipIn('-wal', () => (pick() * 64) / fs.statSync(file(dir, '-wal')).size)(dir, pick),
  },
  {what: 'a log that is cut', do: cut('-wal')},
  {what: 'a page of zeros in the log', do: zeros},
  {what: 'a bit of the mark', do: flipIn('-mark')},
  {what: 'a bit of the index', do: flipIn('-shm')},
  {what: 'a file that is cut', do: cut('')},
  {what: 'a log that is removed', do: remove('-wal')},
  {what: 'a log that is removed with its index', do: remove('-wal', '-shm')},
  {what: 'a log that is emptied', do: (dir) => fs.truncateSync(file(dir, '-wal'), 0)},
  {what: 'a file that is removed', do: remove('')},
  {what: 'a file that is emptied', do: (dir) => fs.truncateSync(file(dir), 0)},
  {what: 'an index that is removed', do: remove('-shm')},
  {what: 'a mark that is removed', do: remove('-mark')},
  {what: 'file, log and index that are removed', do: remove('', '-wal', '-shm')},
];

/** 'harmless': all that was reported is there, as it was; 'refused': nothing was opened. Else what is lost or changed. */
async function outcome({received, concluded}: Left, dir: string): Promise<string> {
  try {
    const journal = await openJournal({dir, clockId: 1n});
    try {
      const states = ['received', 'concluded'] as const;
      const jobs = journal.list({states, after: 0, limit: 1_000_000});
      const contents = new Map(jobs.map((job) => [job.key.jobId, job.content]));
      const lost = [...received].filter((id) => !contents.has(id)).length;
      const others = [...concluded].filter(
        (id) => contents.get(id) !== answerOf(`answer to ${id}`).content,
      ).length;
      return lost + others === 0 ? 'harmless' : `${lost} lost, ${others} without their answer`;
    } finally {
      await journal.close();
    }
  } catch (error) {
    if (isAosError(error, 'JOURNAL_DAMAGED', 'JOURNAL_UNREADABLE')) return 'refused';
    throw error;
  }
}

describe('a journal whose process was killed and whose files were damaged', () => {
  it.each(['short', 'long'] as const)(
    `with a %s history is opened whole or refused, in ${VARIANTS / 2} variants`,
    (length) =>
      inTempDir(async (temp) => {
        const left = await leftBehind(join(temp, 'live'), LINES[length]);
        expect(left.concluded.size).toBeGreaterThan(20);
        const untouched = join(temp, 'untouched');
        fs.cpSync(left.dir, untouched, {recursive: true});
        expect(await outcome(left, untouched)).toBe('harmless');
        const pick = random(20_261_129);
        const found = new Map<string, number>();
        for (let n = 0; n < VARIANTS / 2; n += 1) {
          const damage = DAMAGES[n % DAMAGES.length]!;
          const dir = join(temp, `variant-${n}`);
          fs.cpSync(left.dir, dir, {recursive: true});
          damage.do(dir, pick);
          const end = await outcome(left, dir);
          expect(['harmless', 'refused'], `variant ${n}: ${damage.what}: ${end}`).toContain(end);
          found.set(`${damage.what}: ${end}`, (found.get(`${damage.what}: ${end}`) ?? 0) + 1);
          fs.rmSync(dir, {recursive: true, force: true});
        }
        process.stderr.write([...found].map(([what, count]) => `  ${count} × ${what}\n`).join(''));
      }),
  );
});
