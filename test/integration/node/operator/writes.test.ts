import {describe, expect, it} from 'vitest';
import {pickDriver, type Database, type SqliteDriver} from '../../../../src/lib/node/journal/driver.ts';
import {JOURNAL_FILE} from '../../../../src/lib/node/journal/sqlite.ts';
import type {Prover} from '../../../../src/lib/node/operator/ports.ts';
import {loadVrf} from '../../../../src/lib/protocol/vrf/ecvrf.ts';
import {deferred} from '../../../support/deferred.ts';
import {createRig, VRF_SEED, type Rig} from '../../../support/operator-rig.ts';

/** The driver, but what the journal executes goes through `exec`. */
function driverWith(exec: (database: Database, sql: string) => void): SqliteDriver {
  const driver = pickDriver();
  return {
    name: driver.name,
    open: (path, options) => {
      const database = driver.open(path, options);
      if (!path.endsWith(JOURNAL_FILE)) return database;
      return {
        ...database,
        exec: (sql) => {
          exec(database, sql);
        },
      };
    },
  };
}

/** `seen` gets the states of all jobs after each write, when they have changed, and `onChange` is called. */
function watching(seen: string[], onChange: () => void = () => {}): SqliteDriver {
  return driverWith((database, sql) => {
    database.exec(sql);
    if (sql !== 'COMMIT') return;
    const states = database.prepare('SELECT state FROM jobs ORDER BY seq').all();
    const now = states.map((row) => String(row['state'])).join(' ');
    if (now === seen.at(-1)) return;
    seen.push(now);
    onChange();
  });
}

async function oneJob(rig: Rig, onChange?: (states: string) => void): Promise<string[]> {
  const seen: string[] = [];
  const run = await rig.start({driver: watching(seen, () => onChange?.(seen.at(-1) ?? ''))});
  await run.event('range');
  await run.event('connected');
  rig.submit(1);
  await rig.answered(1);
  await run.event('result_accepted');
  await run.stop();
  return seen.filter((states) => states !== '');
}

/** Proofs that take some turns of the event loop: jobs come faster than they are sampled, though one a turn. */
async function slowProver(): Promise<Prover> {
  const {publicKey, prove} = (await loadVrf()).prover(VRF_SEED);
  let last: Promise<unknown> = Promise.resolve();
  return {
    publicKey,
    prove: (alpha) => {
      const proof = last.then(async () => {
        for (let turns = 0; turns < 20; turns += 1) await new Promise(setImmediate);
        return prove(alpha);
      });
      last = proof;
      return proof;
    },
  };
}

describe('what of a job is on disk, write by write', () => {
  it('one that is not selected: concluded, accepted', async () => {
    const rig = await createRig({range: [0n, 0n]});
    expect(await oneJob(rig)).toEqual(['concluded', 'accepted']);
  });

  it('one that is selected: selected with its question, concluded, accepted', async () => {
    const rig = await createRig();
    const written = deferred();
    // A worker that is asked early may answer before the first write: that one then brings both.
    rig.worker.onQuestion = (question) => {
      void written.promise.then(() => rig.worker.answer(question));
      return 200;
    };
    const states = await oneJob(rig, (now) => {
      if (now === 'selected') written.resolve();
    });
    expect(states).toEqual(['selected', 'concluded', 'accepted']);
  });

  it('one whose answer comes before its first write: concluded by that write', async () => {
    const rig = await createRig();
    const answered = deferred();
    rig.worker.onQuestion = (question) => {
      void rig.worker.answer(question);
      return 200;
    };
    const seen: string[] = [];
    const run = await rig.start({
      driver: watching(seen),
      // Both changes wait for the same commit.
      journal: (journal) => ({
        ...journal,
        receive: async (job, begin) => {
          await answered.promise;
          return journal.receive(job, begin);
        },
        answer: async (...taking) => {
          answered.resolve();
          // The other change is asked for first: the journal takes them in their order.
          await Promise.resolve();
          return journal.answer(...taking);
        },
      }),
    });
    await run.event('range');
    await run.event('connected');
    rig.submit(1);
    await rig.answered(1);
    await run.event('result_accepted');
    await run.stop();
    expect(seen.filter((states) => states !== '')).toEqual(['concluded', 'accepted']);
  });

  it('of a burst: in the order they came, whether sampled as they came or in their turn', async () => {
    const seen: string[] = [];
    const rig = await createRig({range: [0n, 0n], prover: await slowProver()});
    const run = await rig.start({driver: watching(seen)});
    await run.event('range');
    await run.event('connected');
    rig.submit(40);
    await rig.answered(40);
    await run.event('result_accepted', () => run.of('result_accepted').length === 40);
    const order = rig.dispatched.flatMap((event) => (event.type === 'result' ? [event.key.jobId] : []));
    expect(order).toEqual(Array.from({length: 40}, (_, n) => `job-${n}`));
    // Some had a place and were never merely received, the others waited in line.
    expect(seen.some((states) => /^(?:concluded|accepted)/.test(states) && states.includes('received'))).toBe(
      true,
    );
    await run.stop();
  });

  it('that the disk has taken and does not keep is neither acknowledged nor answered until it does; the worker may be asked', async () => {
    const rig = await createRig();
    const kept = new Map<string, () => void>();
    const run = await rig.start({
      journal: (journal) => ({
        ...journal,
        receive: async (job, begin) => {
          const received = await journal.receive(job, begin);
          await new Promise<void>((resolve) => kept.set(job.key.jobId, resolve));
          return received;
        },
        answer: async (...taking) => {
          const taken = await journal.answer(...taking);
          await new Promise<void>((resolve) => kept.set('answer', resolve));
          return taken;
        },
      }),
    });
    await run.event('range');
    await run.event('connected');
    rig.submit(1);
    await rig.time.until(() => expect([...kept.keys()]).toEqual(['job-0', 'answer']));
    expect(rig.dispatcher.stats()).toMatchObject({acknowledged: 0, accepted: 0});
    expect(run.of('job_concluded')).toEqual([]);
    expect(run.of('result_sent')).toEqual([]);
    for (const resolve of kept.values()) resolve();
    await rig.answered(1);
    expect(rig.worker.asked).toHaveLength(1);
    await run.stop();
  });

  it('is nothing at all when the disk refuses: no acknowledgement, no answer, and all of it once there is room', async () => {
    const rig = await createRig({range: [0n, 0n]});
    let full = true;
    const driver = driverWith((database, sql) => {
      if (full && sql === 'COMMIT' && database.prepare('SELECT 1 FROM jobs').get() !== undefined)
        throw Object.assign(new Error('database or disk is full'), {errcode: 13, code: 'SQLITE_FULL'});
      database.exec(sql);
    });
    const run = await rig.start({driver});
    await run.event('range');
    await run.event('connected');
    rig.submit(3);
    await run.event('problem', ({part}) => part === 'journal');
    expect(rig.dispatcher.stats()).toMatchObject({acknowledged: 0, accepted: 0});
    expect(run.of('job_received')).toEqual([]);
    full = false;
    await rig.answered(3);
    expect(run.journal.counts()).toMatchObject({received: 0});
    expect(await run.stop()).toMatchObject({received: 3, accepted: 3});
  });
});
