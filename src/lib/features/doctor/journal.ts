import {run, say} from '../../foundation/next-step/next-step.ts';
import {ago} from '../../foundation/time/duration.ts';
import {sanitizeText} from '../../config/sanitize.ts';
import {blocked, fail, notApplicable, ok, unclear, warn, type Finding} from './check.ts';
import type {Probe} from './run.ts';
import type {JournalInspection} from '../../node/journal/inspect.ts';
import type {JournalFacts} from '../status/facts.ts';
import {count} from '../../foundation/text/words.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';
import type {DoctorContext} from './context.ts';
import type {JournalReading} from './journal-reading.ts';

/** A result that waits longer for its acceptance needs a check by a person. */
const SLOW_MS = 300_000;

export function journalProbes(context: DoctorContext): Probe[] {
  const {journal, time} = context;
  const about = (
    id: Probe['checks'][number],
    judge: (facts: JournalFacts, inspection: JournalInspection) => Finding | Promise<Finding>,
  ): Probe => ({
    checks: [id],
    run: async (report) => {
      const reading = await journal();
      report(
        id,
        reading.state === 'read'
          ? await judge(reading.facts, reading.inspection)
          : notApplicable('there is no journal yet'),
      );
    },
  });
  return [
    {
      checks: ['journal.log'],
      run: async (report) => report('journal.log', judgeLog(await journal())),
    },
    {
      checks: ['journal.open'],
      run: async (report) => report('journal.open', judgeOpen(await journal())),
    },
    about('journal.sound', (_facts, {damage, bytes, path}) => judgeDamage(damage, bytes, path)),
    about('journal.readings', (_facts, {readings: {read, last, unbroken}}) =>
      unbroken
        ? ok(`the last ${count(read, 'reading')} up to number ${last} are unbroken`)
        : fail(
            `the chain is broken within the last ${count(read, 'reading')}`,
            say(
              'Keep a copy of the state directory: it no longer proves what was done. Then restore a backup.',
            ),
          ),
    ),
    about('journal.backlog', async (facts) => {
      const running = (await context.running()).state === 'running';
      return judgeBacklog(facts, running, time.now());
    }),
  ];
}

/** Without a journal, or with one that cannot be opened, there is nothing that could be lost, or to be said of it. */
function judgeLog(reading: JournalReading): Finding {
  switch (reading.state) {
    case 'read':
      return ok('the log and the file hold the last commit');
    case 'failed':
      if (reading.error.code !== 'JOURNAL_DAMAGED') return ok('no damage of the log is seen');
      return fail(`${reading.error.message} (${reading.error.code})`, reading.error.next);
    case 'missing':
      return ok('there is no journal yet');
    case 'unknown':
      return ok('the configuration does not say where it is');
  }
}

function judgeOpen(reading: JournalReading): Finding {
  switch (reading.state) {
    case 'unknown':
      return blocked('config.valid', 'neither store.dir nor node.node_id is known');
    case 'missing':
      return warn(`there is no journal in ${sanitizeText(reading.dir)} yet; aos run makes it`, run('run'));
    case 'failed':
      return fail(`${reading.error.message} (${reading.error.code})`, reading.error.next);
    case 'read': {
      const {facts, inspection} = reading;
      const size = `${Math.ceil(inspection.bytes / 1024)} KiB`;
      return ok(`${size}; ${count(facts.accepted, 'job')} accepted, ${facts.pending} waiting`);
    }
  }
}

function judgeDamage(damage: readonly string[] | null, bytes: number, path: string): Finding {
  if (damage === null)
    return unclear(
      `${Math.round(bytes / 2 ** 20)} MiB are too many to check while you wait`,
      say(`sqlite3 -readonly ${shellWord(path)} "PRAGMA quick_check"`),
    );
  if (damage.length === 0) return ok('no damage found');
  return fail(
    damage.join('; '),
    say('Stop the operator, keep a copy of the state directory, and restore a backup.'),
  );
}

function judgeBacklog(
  {pending, lastReceivedAt, lastAcceptedAt}: JournalFacts,
  running: boolean,
  now: number,
): Finding {
  if (pending === 0) return ok('nothing waits');
  const since = Math.max(lastReceivedAt ?? 0, lastAcceptedAt ?? 0);
  const summary = `${count(pending, 'job waits', 'jobs wait')} for acceptance; the last thing happened ${ago(since, now)}`;
  if (!running) return warn(`${summary}, and no operator runs`, run('run'));
  return now - since > SLOW_MS
    ? warn(summary, run('job list', ['--state', 'received,selected,concluded,signed']))
    : ok(summary);
}
