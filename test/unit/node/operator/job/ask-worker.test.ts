import {expect, it} from 'vitest';
import {AosError} from '../../../../../src/lib/foundation/errors/error.ts';
import {openJournal} from '../../../../../src/lib/node/journal/sqlite.ts';
import {askWorker, type AskDeps} from '../../../../../src/lib/node/operator/job/ask-worker.ts';
import {createHealth} from '../../../../../src/lib/node/operator/health.ts';
import {refOf} from '../../../../../src/lib/node/operator/job/record.ts';
import type {Worker} from '../../../../../src/lib/node/operator/ports.ts';
import {createWorkerRequests} from '../../../../../src/lib/node/operator/job/worker-requests.ts';
import {answerOf, inTempDir, newJob, VRF} from '../../../../support/journal.ts';
import {virtualTime} from '../../../../support/virtual-time.ts';

const never = new AbortController().signal;

it('a worker that is never ready leaves nothing of the job behind', () =>
  inTempDir(async (dir) => {
    const journal = await openJournal({dir, clockId: 1n});
    const time = virtualTime();
    const emit = (): void => {};
    const requests = createWorkerRequests({journal, time, emit, newSecretId: () => 'f'.repeat(32)});
    const worker: Worker = {
      kind: 'opml',
      concurrency: 1,
      readyTimeoutMs: 60_000,
      answerTimeoutMs: 60_000,
      attempts: 3,
      deadlineMs: 6_600_000,
      onFailure: 'silent',
      ready: () => Promise.reject(new AosError('WORKER_BUSY', 'busy')),
    };
    const {record} = await journal.receive(newJob('j'));
    const first = requests.first(record.seq, 'opml');
    await journal.select(record.seq, VRF, first);
    requests.journalled(first);

    const deps: Partial<AskDeps> = {
      journal,
      time,
      emit,
      requests,
      random: () => 0.5,
      health: createHealth(emit, time),
      signal: never,
      stopping: never,
    };
    const asked = askWorker(deps as AskDeps, {
      record,
      ref: refOf(record),
      job: {
        key: record.key,
        user: '',
        seed: '',
        signature: '',
        clock: new Map(),
        kind: 'opml',
        model: 'tiny',
        prompt: '',
        params: new Map(),
      },
      vrf: VRF,
      worker,
      early: undefined,
      finish: (answer) => ({...answer, ...answerOf(answer.reason)}),
    });
    await time.advance(120_000);
    expect(await asked).toMatchObject({answer: {content: 'opml worker: busy'}, stored: false});
    expect(requests.claim(record.seq)).toBeUndefined();
    expect(time.timers()).toBe(0);
    await journal.close();
  }));
