import {describe, expect, it} from 'vitest';
import type {Clock} from '../../../../../src/lib/protocol/clock/vlc.ts';
import {
  answerContent,
  answerWithoutWorker,
  sameText,
  workerAnswer,
} from '../../../../../src/lib/node/operator/job/answer.ts';
import type {DispatchJob, WorkerKind} from '../../../../../src/lib/protocol/wire/messages.ts';
import type {Sampling} from '../../../../../src/lib/protocol/vrf/sampling.ts';

const VRF = {
  selected: true,
  vrf_prompt_hash: 'aa',
  vrf_random_value: 'bb',
  vrf_verify_pubkey: 'cc',
  vrf_proof: 'dd',
};

function job(change: Partial<DispatchJob> = {}): DispatchJob {
  return {
    key: {jobId: 'j', tag: '', position: ''},
    user: 'u',
    seed: '',
    signature: '',
    clock: new Map([[1n, 1]]),
    kind: 'opml',
    model: 'm',
    prompt: 'p',
    params: new Map(),
    ...change,
  };
}

const sampled = (selected: boolean, valid = true): Sampling => ({
  vrf: {...VRF, selected},
  r: 1,
  threshold: 2,
  valid,
});

describe('the answer without a worker', () => {
  const odd = {key: {jobId: 'j', tag: 'malicious', position: 'x'}};
  it.each([
    ['selected', job(), sampled(true), null],
    ['not selected', job(), sampled(false), ['unselected', 'unselected worker by vrf', false]],
    [
      'another kind',
      job({kind: 'tee'}),
      sampled(true),
      ['unsupported', 'unsupported worker type, need opml,zkml, got tee', true],
    ],
    [
      'another kind, not selected',
      job({kind: ''}),
      sampled(false),
      ['unsupported', 'unsupported worker type, need opml,zkml, got ', false],
    ],
    [
      'another kind and tag',
      job({kind: 'tee', ...odd}),
      sampled(true, false),
      ['unsupported', 'unsupported worker type, need opml,zkml, got tee', true],
    ],
    [
      'an unknown tag',
      job(odd),
      sampled(true, false),
      ['invalid', 'invalid tag/position malicious/x', false],
    ],
  ] as const)('%s', (_name, dispatched, sampling, expected) => {
    const kinds: WorkerKind[] = ['opml', 'zkml'];
    const answer = answerWithoutWorker(dispatched, sampling, kinds);
    if (expected === null) expect(answer).toBeNull();
    else {
      const [outcome, reason, selected] = expected;
      expect(answer).toEqual({outcome, reason, result: '', vrf: {...VRF, selected}});
    }
  });
});

describe('the content of job_result', () => {
  const node = {nodeId: '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73', clockId: null};
  const answer = {outcome: 'answered', result: 'a "b"\n', reason: '', vrf: VRF} as const;

  it('is one compact element in the protocol’s field order, with node_id and a blank signature', () => {
    expect(
      answerContent(job({key: {jobId: 'j', tag: 'suspicion', position: 'p'}}), answer, node),
    ).toMatchInlineSnapshot(
      `"{"user":"u","job_id":"j","result":"a \\"b\\"\\n","reason":"","vrf":{"selected":true,"vrf_prompt_hash":"aa","vrf_random_value":"bb","vrf_verify_pubkey":"cc","vrf_proof":"dd"},"tag":"suspicion","clock":{"1":"2"},"operator":"0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73","signature":""}"`,
    );
  });

  it.each<[string, Clock, bigint | null, Record<string, string>]>([
    ['one entry, whatever our id', new Map([[9n, 4]]), 2n, {9: '5'}],
    [
      'ours among several',
      new Map([
        [1n, 1],
        [2n, 7],
      ]),
      2n,
      {1: '1', 2: '8'},
    ],
    [
      'the lowest of several',
      new Map([
        [30n, 3],
        [4n, 1],
      ]),
      2n,
      {4: '2', 30: '3'},
    ],
    ['none', new Map(), null, {1: '1'}],
    ['none, with our id', new Map(), 6n, {6: '1'}],
  ])('advances the clock: %s', (_name, clock, clockId, expected) => {
    const content = JSON.parse(answerContent(job({clock}), answer, {...node, clockId})) as {clock: unknown};
    expect(content.clock).toEqual(expected);
  });

  it('answers all the same when the clock is at its end, and says so', () => {
    const full = job({clock: new Map([[1n, 2 ** 32 - 1]])});
    const good = JSON.parse(answerContent(full, answer, node)) as Record<string, unknown>;
    expect(good).toMatchObject({result: 'a "b"\n', clock: {1: '4294967295'}});
    expect(good['reason']).toContain('cannot advance');
    const failed = JSON.parse(answerContent(full, {...answer, reason: 'why'}, node)) as Record<
      string,
      unknown
    >;
    expect(failed['reason']).toMatch(/^why; clock 1 is at 4294967295/);
  });
});

/** What the published worker repeats of the request for {@link job}. */
const ECHO = {model: 'm', prompt: 'p'};

describe('what a worker said', () => {
  const node = {nodeId: '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73', clockId: null};
  const MIB = 1024 * 1024;
  it.each([
    ['a text', 'opml', 'the answer', null],
    ['spaces', 'opml', ' ', null],
    ['nothing', 'opml', '', 'the answer is empty'],
    ['a zkml word', 'zkml', 'true', null],
    ['the other zkml word', 'zkml', 'false', null],
    ['another word of a zkml worker', 'zkml', 'error: no such model', 'the answer is neither true nor false'],
    ['as much as a result can be', 'opml', 'x'.repeat(4 * MIB - 1_000), null],
    ['more than that', 'opml', 'x'.repeat(4 * MIB), 'the answer is too large'],
    // Each is two characters in JSON.
    ['what is more than that as JSON', 'opml', '\n'.repeat(3 * MIB), 'the answer is too large'],
  ])('%s', (_name, kind, text, why) => {
    const answer = workerAnswer(job({kind}), {said: {...ECHO, answer: text}, vrf: VRF}, node, 7);
    if (why === null) expect(answer).toMatchObject({outcome: 'answered', result: text, reason: '', at: 7});
    else expect(answer).toEqual({noAnswer: expect.stringContaining(why) as string});
  });

  it.each([
    ['what was asked', {}, {}, null],
    ['nothing of it', {}, {model: '', prompt: ''}, null],
    ['another prompt', {}, {prompt: 'q'}, 'the answer is to another prompt'],
    ['another model', {}, {model: 'n'}, 'the answer is of another model'],
    ['a model, where the job names none', {model: ''}, {model: 'default'}, null],
    ['a prompt, where the job has none', {prompt: ''}, {prompt: 'q'}, 'the answer is to another prompt'],
    ['other ends of lines and spaces', {prompt: ' a\r\nb \n'}, {prompt: 'a\nb'}, null],
    ['the same letters, composed', {prompt: 'e\u0301'}, {prompt: '\u00e9'}, null],
    ['other spaces between words', {prompt: 'a  b'}, {prompt: 'a b'}, 'the answer is to another prompt'],
    ['the beginning of the prompt', {prompt: 'a b'}, {prompt: 'a'}, 'the answer is to another prompt'],
  ])('repeats %s', (_name, asked, repeated, why) => {
    const said = {...ECHO, ...repeated, answer: 'the answer'};
    const answer = workerAnswer(job(asked), {said, vrf: VRF}, node, 7);
    if (why === null) expect(answer).toMatchObject({outcome: 'answered', result: 'the answer'});
    else expect(answer).toEqual({noAnswer: why});
  });

  it('under another position is said with the VRF of this one', () => {
    const text = {outcome: 'answered', result: 'the text', reason: ''} as const;
    const vrf = {...VRF, vrf_proof: 'ee'};
    const {content, outcome} = sameText(job(), {text, vrf}, node, 7);
    expect([outcome, JSON.parse(content)]).toMatchObject(['answered', {result: 'the text', vrf}]);
  });
});
