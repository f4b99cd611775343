import {createHash} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {nextReading, type Reading} from '../../../../src/lib/protocol/clock/readings.ts';
import type {JobFacts} from '../../../../src/lib/features/challenge/job-files.ts';
import {engineBody} from '../../../../src/lib/protocol/wire/engine-body.ts';
import {bundleOf, MANIFEST, OWN_NAMES} from '../../../../src/lib/features/challenge/manifest.ts';
import {TEST_ADDRESS} from '../../../support/envelope-signing.ts';
import {callbackBody, dispatchFrame, jobFrame, jobRecord} from '../../../support/evidence.ts';
import {snakeKeys} from '../../../support/snake-keys.ts';

const first = nextReading(null, {event: 'job_received', ref: 'job', merge: null}, 1, 1n);
const second = nextReading(first, {event: 'result_concluded', ref: 'job', merge: null}, 2, 1n);
const READINGS: readonly Reading[] = [first, second];
const ROOT = `0x${'ab'.repeat(32)}`;
const ABOUT = {
  clockNumber: 3n,
  nodeId: TEST_ADDRESS,
  network: 'custom',
  gatheredAt: '2030-01-01T00:00:00.000Z',
  challenges: [],
};

const TAKEN = {worker: null, takenAt: null, ended: null} as const;

const ASKED = {requestId: 'q', seq: 1, attempt: 1, askedAt: 1, ...TAKEN};
const TEE_ANSWER = (attestation: string): string =>
  JSON.stringify({request_id: 'q', node_id: '', model: './m', prompt: 'p', answer: 'a', attestation});

const facts = (over: Partial<JobFacts> = {}): JobFacts => ({
  job: jobRecord(),
  frame: jobFrame(),
  matches: ['job clock'],
  requests: [
    {requestId: 'q', seq: 1, kind: 'opml', attempt: 1, askedAt: 1, ...TAKEN, answer: callbackBody(ROOT)},
  ],
  readings: READINGS,
  range: {start: 0n, end: 9n, max: 100n, block: 5n},
  ...over,
});
const bundle = (...jobs: JobFacts[]) => bundleOf(ABOUT, {jobs, ownReadings: []});
const parsed = (files: ReturnType<typeof bundle>['files']) =>
  JSON.parse(files.find(({name}) => name === MANIFEST)!.text) as {
    files: {name: string; bytes: number; sha256: string}[];
    jobs: {jobId: string}[];
    clockNumber: string;
  };

describe('the evidence bundle', () => {
  it('holds what the protocol names, and lists every file by its hash', () => {
    const {files, missing, jobs, manifestSha256} = bundle(facts());
    expect(missing).toEqual([]);
    expect(jobs[0]).toMatchObject({dispatcher: TEST_ADDRESS, stateRoot: ROOT, selected: true});
    const manifest = parsed(files);
    expect(manifest.clockNumber).toBe('3');
    expect(manifest.files.map(({name}) => name)).toEqual(
      files.map(({name}) => name).filter((name) => name !== MANIFEST),
    );
    for (const {name, sha256, bytes} of manifest.files) {
      const data = Buffer.from(files.find((file) => file.name === name)!.text);
      expect([sha256, bytes]).toEqual([createHash('sha256').update(data).digest('hex'), data.length]);
    }
    const own = files.at(-1)!;
    expect(own.name).toBe(MANIFEST);
    expect(manifestSha256).toBe(createHash('sha256').update(own.text).digest('hex'));
  });

  it('misses only a job that a reading was about, not what was asked or what broke', () => {
    const standing = (event: string, ref: string) => [nextReading(second, {event, ref, merge: null}, 3, 1n)];
    const missing = (event: string, ref: string) =>
      bundleOf(ABOUT, {jobs: [facts()], ownReadings: standing(event, ref)}).missing;
    expect(missing('probe_answered', 'http')).toEqual([]);
    expect(missing('outage_started', '2030-01-01T00:00:00.000Z')).toEqual([]);
    expect(missing('result_accepted', 'job')).toEqual([]);
    expect(missing('result_accepted', 'pruned')).toEqual([
      expect.stringContaining('reading 3 is about a job'),
    ]);
  });

  it('names every field of its own files in camelCase', () => {
    const own = bundle(facts()).files.filter(({name}) => /^(?:manifest|job-1-vrf)\.json$/.test(name));
    expect(own).toHaveLength(2);
    for (const {name, text} of own) expect(snakeKeys(JSON.parse(text)), name).toEqual([]);
  });

  it('keeps outside texts byte for byte', () => {
    const {content} = jobRecord();
    const texts = bundle(facts()).files.map(({text}) => text);
    expect(texts).toEqual(expect.arrayContaining([jobFrame(), content, callbackBody(ROOT)]));
  });

  it('names no file after outside text, and writes it harmless into the manifest', () => {
    const jobId = '../../etc/passwd\u001b[31m\u202e';
    const {files} = bundle(facts({job: jobRecord({key: {jobId, tag: '', position: ''}})}));
    expect(files.every(({name}) => OWN_NAMES.test(name))).toBe(true);
    expect(files.at(-1)!.text).not.toMatch(/[\u001b\u202e]/);
    expect(parsed(files).jobs[0]!.jobId).toBe(jobId);
  });

  it('writes the frame that several jobs came in once', () => {
    const frame = dispatchFrame([
      {jobId: 'a', clock: {}},
      {jobId: 'b', clock: {}},
    ]);
    const {files} = bundle(facts({frame}), facts({frame, job: jobRecord({seq: 2, index: 1})}));
    expect(files.filter(({name}) => name.startsWith('frame-'))).toHaveLength(1);
    expect(new Set(files.map(({name}) => name)).size).toBe(files.length);
  });

  it.each<[string, Partial<JobFacts>, RegExp]>([
    ['a signature', {frame: dispatchFrame([{jobId: 'job', clock: {}}], {signed: false})}, /signature/],
    ['an intact message', {frame: jobFrame().replace('"p"', '"q"')}, /signature/],
    ['a VRF proof', {job: jobRecord({vrf: null, state: 'received'})}, /VRF/],
    ['a range', {range: null}, /range/],
    ['an answer', {job: jobRecord({content: null, state: 'selected'})}, /not concluded/],
    ['a worker’s answer', {requests: []}, /no OPML worker answered/],
    [
      'a state root',
      {
        requests: [
          {requestId: 'q', seq: 1, kind: 'opml', attempt: 1, askedAt: 1, ...TAKEN, answer: callbackBody('')},
        ],
      },
      /state root/,
    ],
    [
      'an attestation',
      {job: jobRecord({kind: 'tee'}), requests: [{...ASKED, kind: 'tee', answer: TEE_ANSWER('')}]},
      /no attestation/,
    ],
    ['a tee worker’s answer', {job: jobRecord({kind: 'tee'}), requests: []}, /no TEE worker answered/],
    ['readings', {readings: []}, /no clock readings/],
    [
      'what a packed job has lost',
      {frame: null, job: jobRecord({element: null}), requests: [], readings: []},
      /packed since its evidence period .* are gone/,
    ],
    ['whole readings', {readings: [first, {...second, at: 3}]}, /hash .* is wrong/],
  ])('says that %s is missing', (_name, over, words) => {
    const {missing} = bundle(facts(over));
    expect(missing).toHaveLength(1);
    expect(missing[0]).toMatch(words);
  });

  it.each([
    ['tee', TEE_ANSWER('hEShATgioAEC'), 'TEE answer with its attestation'],
    ['zkml', '{"req_id":"q","code":200,"result":"true"}', 'ZKML verdict on the proof'],
  ] as const)('has the answer of a %s worker byte for byte', (kind, answer, what) => {
    const {files, missing, manifest} = bundle(
      facts({job: jobRecord({kind}), requests: [{...ASKED, kind, answer}]}),
    );
    const name = `job-1-${kind}-1.json`;
    expect(missing).toEqual([]);
    expect(files.find((file) => file.name === name)?.text).toBe(answer);
    expect(manifest.find((file) => file.name === name)?.what).toContain(what);
    expect(name).toMatch(OWN_NAMES);
  });

  it('says of an engine’s answer which engine it was, and that no engine gives a state root', () => {
    const engine = {
      name: 'ollama',
      version: '0.12.3',
      model: 'llama\u001b[2J',
      digest: 'ba',
      build: '',
      facts: '',
    };
    const answer = engineBody('q', './m', {
      ...{answer: 'a', engine, sampling: [], finish: 'stop', usage: null, logprobs: null},
    });
    const {missing, jobs, manifest, files} = bundle(facts({requests: [{...ASKED, kind: 'opml', answer}]}));
    expect(missing).toEqual([
      'job 1: an engine answered (ollama 0.12.3, model llama\\x1b[2J, digest ba), and no engine gives a state root: only the text can be compared, with what the network’s worker says to the same prompt',
    ]);
    expect(jobs[0]).toMatchObject({stateRoot: null, engine});
    expect(manifest.find(({name}) => name === 'job-1-opml-1.json')?.what).toBe(
      'answer of an engine, with what it says of itself, byte for byte',
    );
    expect(files.at(-1)!.text).not.toContain('\u001b');
  });

  it('has the range that the job was sampled with; only where none was kept, the one last read', () => {
    const own = {start: 5n, end: 6n, max: 100n, block: 4n};
    const rangeIn = (job: JobFacts['job']): unknown => {
      const {text} = bundle(facts({job})).files.find(({name}) => name === 'job-1-vrf.json')!;
      return (JSON.parse(text) as {range: unknown}).range;
    };
    const sampled = 'the range with which the job was sampled';
    expect(rangeIn(jobRecord({range: own}))).toEqual({
      start: '5',
      end: '6',
      max: '100',
      block: '4',
      note: sampled,
    });
    expect(rangeIn(jobRecord())).toMatchObject({
      start: '0',
      note: expect.stringMatching(/^the last range/) as string,
    });
    expect(bundle(facts({job: jobRecord({range: own}), range: null})).missing).toEqual([]);
  });

  it('says that the job of a reading is not there any more', () => {
    const {missing, files} = bundleOf(ABOUT, {jobs: [], ownReadings: [first]});
    expect(missing).toHaveLength(2);
    expect(files.map(({name}) => name)).toContain('clock-readings.ndjson');
  });

  it('needs no worker’s answer of a job it was not selected for', () => {
    const vrf = {...jobRecord().vrf!, selected: false};
    expect(bundle(facts({job: jobRecord({vrf, outcome: 'unselected'}), requests: []})).missing).toEqual([]);
  });
});
