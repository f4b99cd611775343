import {describe, expect, it} from 'vitest';
import {atOnce} from '../../../../src/lib/foundation/async/slices.ts';
import {readFrame, verifyFrame, type RequestFrame} from '../../../../src/lib/protocol/wire/frame.ts';
import {readJobs, type FrameJobs} from '../../../../src/lib/protocol/wire/frame-jobs.ts';
import {draftEnvelope} from '../../../../src/lib/protocol/wire/envelope.ts';
import {signText, TEST_ADDRESS} from '../../../support/envelope-signing.ts';

const MIB = 1024 * 1024;

function frame(elements: readonly string[]): Buffer {
  const params = `[${elements.join(', ')}]`;
  return Buffer.from(
    `{"id":"1","method":"dispatch_job","params":${params},"result":null,"address":"","hash":"","signature":""}`,
  );
}

function requestOf(bytes: Uint8Array): RequestFrame {
  const incoming = atOnce(readFrame(bytes));
  if (incoming.kind !== 'request') throw new Error('it is a request');
  return incoming.frame;
}

const jobsOf = (elements: readonly string[]): FrameJobs => atOnce(readJobs(requestOf(frame(elements))));
const job = (id: string, prompt = 'p', more = ''): string =>
  `{"job_id":"${id}",${more}"job":{"tag":"opml","model":"m","prompt":${JSON.stringify(prompt)}}}`;
const problems = ({bad}: FrameJobs): (readonly [number, string])[] =>
  bad.map(({index, error}) => [index, error.message] as const);

describe('the jobs of a frame', () => {
  it('are each a span of its bytes, and are read from there', () => {
    const bytes = frame([job('é1'), job('2', 'zwei 😀'), job('3')]);
    const {jobs, bad} = atOnce(readJobs(requestOf(bytes)));
    expect(bad).toEqual([]);
    expect(jobs.map(({key, index}) => [key.jobId, index])).toEqual([
      ['é1', 0],
      ['2', 1],
      ['3', 2],
    ]);
    for (const one of jobs) {
      const own = bytes.toString('utf8', one.span.start, one.span.end);
      expect(JSON.parse(own)).toMatchObject({job_id: one.key.jobId, job: {prompt: one.read().prompt}});
    }
  });

  it.each([
    ['one that is no object', '7', /^params\[1\] is not an object$/],
    ['one without an id', '{"job":{}}', /^params\[1\]\.job_id is not/],
    ['one whose job is text', '{"job_id":"x","job":"hello"}', /^params\[1\]\.job is not an object$/],
    ['one with a clock of numbers', '{"job_id":"x","clock":{"1":1},"job":{}}', /^the counter of clock 1/],
    ['one with a key twice', '{"job_id":"x","job_id":"y","job":{}}', /comes twice/],
    [
      'one with a prompt above 2 MiB',
      job('x', 'y'.repeat(2 * MIB + 1)),
      /^params\[1\]\.job\.prompt is not at most 2097152 bytes long: it has 2097153$/,
    ],
    ['one with a prompt above 2 MiB in bytes', job('x', 'é'.repeat(MIB + 1)), /it has 2097154$/],
    [
      'one with a model above 64 KiB',
      `{"job_id":"x","job":{"model":"${'m'.repeat(65_537)}"}}`,
      /^params\[1\]\.job\.model/,
    ],
    [
      'one with a seed above 64 KiB',
      `{"job_id":"x","seed":"${'s'.repeat(65_537)}","job":{}}`,
      /^params\[1\]\.seed/,
    ],
    ['one above 6 MiB', job('x', 'y'.repeat(7 * MIB)), /at most 6291456 bytes.*its longest text 7340032$/],
    [
      'one with 60,000 values',
      `{"job_id":"x","job":{"params":{"a":[${'0,'.repeat(60_000)}0]}}}`,
      /at most 50000 values: it has/,
    ],
  ])('%s is refused alone, and the others are taken', (_name, bad, why) => {
    const found = jobsOf([job('a'), bad, job('b')]);
    expect(found.jobs.map(({key}) => key.jobId)).toEqual(['a', 'b']);
    expect(problems(found)).toEqual([[1, expect.stringMatching(why) as string]]);
  });

  it('may have a prompt of 2 MiB, also in escapes', () => {
    const prompt = '中'.repeat(699_050);
    const escaped = `{"job_id":"b","job":{"prompt":"${'\\u4e2d'.repeat(699_050)}"}}`;
    const found = jobsOf([job('a', prompt), escaped]);
    expect(found.bad).toEqual([]);
    expect(found.jobs.map((one) => one.read().prompt === prompt)).toEqual([true, true]);
  });

  it('are 1,000 at most: of more none is taken', () => {
    const many = (count: number): string[] => Array.from({length: count}, (_, n) => job(String(n)));
    expect(jobsOf(many(1_000)).jobs).toHaveLength(1_000);
    expect(() => jobsOf(many(1_001))).toThrow('params is not an array of at most 1000 jobs: there are 1001');
  });
});

describe('a frame of many jobs', () => {
  it('is verified over its bytes as they came, in slices', () => {
    const params = `[${Array.from({length: 20}, (_, n) => job(String(n), 'ü'.repeat(50_000))).join(',')}]`;
    const draft = draftEnvelope({
      id: '1',
      method: 'dispatch_job',
      params,
      result: 'null',
      address: TEST_ADDRESS,
    });
    const bytes = Buffer.from(draft.seal(signText(draft.message)));
    const slices = verifyFrame(requestOf(bytes));
    let count = 1;
    let step = slices.next();
    // Another digest between two slices must change nothing.
    for (; step.done !== true; count += 1) {
      draftEnvelope({id: 'x', method: null, params: 'null', result: 'null', address: ''}).seal(
        signText(Buffer.from('x')),
      );
      step = slices.next();
    }
    expect(step.value).toEqual({state: 'signed', signer: TEST_ADDRESS, hashMatches: true});
    expect(count).toBeGreaterThan((2 * bytes.length) / MIB);
    bytes[bytes.indexOf('ü')] = 0xc4;
    expect(atOnce(verifyFrame(requestOf(bytes)))).toMatchObject({state: 'invalid'});
  });

  it('has an envelope of 1 MiB at most, whatever its params are', () => {
    const wide = frame([])
      .toString()
      .replace('"id":"1"', `"id":"1","extra":"${'x'.repeat(MIB)}"`);
    expect(() => requestOf(Buffer.from(wide))).toThrow(expect.objectContaining({code: 'FRAME_TOO_LARGE'}));
  });

  it('is refused when a member comes twice, params among them', () => {
    const text = frame([job('a')]).toString();
    for (const twice of ['"params":[]', '"params":null', '"\\u0070arams":7', '"id":"2"'])
      expect(() => requestOf(Buffer.from(text.replace('{', `{${twice},`)))).toThrow(
        expect.objectContaining({code: 'FRAME_DUPLICATE_KEY'}),
      );
  });
});
