import {expect, it} from 'vitest';
import type {ProofChecks, WorkerConfig} from '../../../../src/lib/config/config.ts';
import {createSecondWorker} from '../../../../src/lib/features/run/second-worker.ts';
import {withoutUnproven} from '../../../../src/lib/features/run/unproven-false.ts';
import type {AnswerCheck, AnswerToCheck} from '../../../../src/lib/node/operator/check-port.ts';
import type {Workers} from '../../../../src/lib/peers/worker/workers.ts';
import {deferred} from '../../../support/deferred.ts';

const signal = new AbortController().signal;
const lane = {} as Awaited<ReturnType<Workers['ready']>>;

/** A second worker that notes how often it is opened and closed. */
function stage() {
  const said: string[] = [];
  const make = (): Workers => {
    said.push('opened');
    return {
      ...{kind: 'zkml', concurrency: 1, readyTimeoutMs: 1, answerTimeoutMs: 1, attempts: 1, deadlineMs: 1},
      onFailure: 'silent',
      whyUnfit: () => null,
      checkJob: () => null,
      ready: () => Promise.resolve(lane),
      check: () => Promise.resolve([]),
      close() {
        said.push('closed');
        return Promise.resolve();
      },
    };
  };
  return {said, second: createSecondWorker(make, () => said.push('gone'))};
}

it('a second worker that is replaced is closed at once, or with the last comparison that is under way', async () => {
  const idle = stage();
  idle.second.replaced();
  expect(idle.said).toEqual(['opened', 'closed', 'gone']);

  const {said, second} = stage();
  const [one, two] = [deferred(), deferred()];
  const first = second.use(() => one.promise);
  const other = second.use(() => two.promise);
  second.replaced();
  one.resolve();
  await first;
  expect(said).toEqual(['opened']);
  two.resolve();
  await other;
  expect(said).toEqual(['opened', 'closed', 'gone']);
});

it('is opened again for a comparison that comes after it was replaced, and closed with it', async () => {
  const {said, second} = stage();
  second.replaced();
  said.length = 0;
  expect(await second.use(() => second.worker.ready(signal))).toBe(lane);
  expect(said).toEqual(['opened', 'closed', 'gone']);
});

it('stays open between comparisons while it is not replaced, and is closed at the end of the run', async () => {
  const {said, second} = stage();
  await second.use(() => second.worker.ready(signal));
  expect(said).toEqual(['opened']);
  await second.close();
  expect(said).toEqual(['opened', 'closed']);
});

const FILES = {vk: '/vk', vkSha256: '', settings: null, settingsSha256: null, srs: null, srsSha256: null};
const PROOFS: ProofChecks = {
  ...{verify: 'both', models: new Map([['mean', FILES]]), engineDir: null, allowPrivate: []},
  repeats: 'hold',
};
const same: AnswerCheck = {
  ...{name: 'second', kind: 'zkml', atOnce: 1, wants: () => true},
  check: () => Promise.resolve({verdict: 'ok', message: 'both say it'}),
};

it.each<[string, string, Pick<WorkerConfig, 'knownGood' | 'proofs'>, string]>([
  ['a false, with no check that proves it', 'false', {knownGood: null}, 'held'],
  ['a false, while the worker alone is believed', 'false', {proofs: {...PROOFS, verify: 'worker'}}, 'held'],
  [
    'a false of another model than the engine checks',
    'false',
    {proofs: {...PROOFS, models: new Map()}},
    'held',
  ],
  ['a false that the engine checks too', 'false', {proofs: PROOFS}, 'ok'],
  ['a false by a proof that is known to be good', 'false', {knownGood: {model: 'mean', proofPath: ''}}, 'ok'],
  ['a true', 'true', {knownGood: null}, 'ok'],
])('what two workers say alike: %s', async (_name, said, limits, verdict) => {
  const check = withoutUnproven(same, limits as WorkerConfig);
  const answer = {model: 'mean', said: {answer: said}} as AnswerToCheck;
  const found = await check.check(answer, signal);
  expect(found.verdict).toBe(verdict);
  if (verdict === 'held') expect(found).toMatchObject({code: 'WORKER_UNPROVEN', then: 'ask_again'});
});
