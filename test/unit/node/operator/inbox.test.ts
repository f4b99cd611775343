import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {createHealth} from '../../../../src/lib/node/operator/health.ts';
import type {RefusedMessage} from '../../../../src/lib/node/operator/refused-messages.ts';
import {createInHand} from '../../../../src/lib/node/operator/in-hand.ts';
import {createInbox, type InboxOptions} from '../../../../src/lib/node/operator/inbox.ts';
import {draftEnvelope} from '../../../../src/lib/protocol/wire/envelope.ts';
import {FRAMES} from '../../../support/dispatcher-frames.ts';
import {OTHER_KEY, TEST_ADDRESS, TEST_KEY, addressOf, signText} from '../../../support/envelope-signing.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const JOB = '[{"job_id":"j","clock":{"1":"1"},"job":{"tag":"opml","prompt":"p"}}]';

function frame(
  draft: {id?: string; method?: string | null; params?: string; result?: string} = {},
  key: Uint8Array | null = TEST_KEY,
  address?: string,
): string {
  const envelope = draftEnvelope({
    id: 'e1',
    method: 'dispatch_job',
    params: JOB,
    result: 'null',
    address: address ?? (key === null ? '' : addressOf(key)),
    ...draft,
  });
  const text = envelope.seal(signText(envelope.message, key ?? TEST_KEY));
  return key === null ? text.replace(/"hash":.*/, '"hash":"","signature":""}') : text;
}

function stage(options: Partial<InboxOptions> = {}) {
  const time = virtualTime();
  const events: OperatorEventBody[] = [];
  const jobs: {id: string; jobs: string[]; signer: string | null}[] = [];
  const replies: [string, number][] = [];
  const refused: [string, number][] = [];
  const kept: RefusedMessage[] = [];
  const words: string[] = [];
  const problems: OperatorEventBody[] = [];
  const signed = {before: false};
  const inbox = createInbox(
    {
      verify: 'require',
      dispatcherAddress: TEST_ADDRESS,
      signedBefore: {known: () => signed.before, note: () => (signed.before = true)},
      health: createHealth((event) => problems.push(event), time),
      inHand: createInHand({connection: {pause: () => {}, resume: () => {}}, time}),
      time,
      emit: (event) => events.push(event),
      signal: new AbortController().signal,
      ...options,
    },
    {
      onWords: (text) => words.push(text),
      keep: (message) => kept.push(message),
      onJobs: (list, {id, signer, held}) => {
        jobs.push({id, jobs: list.map(({key}) => key.jobId), signer});
        held.done();
        return Promise.resolve();
      },
      onReply: (id, {code}) => replies.push([id, code]),
      responder:
        () =>
        (id, {code}) => {
          refused.push([id, code]);
          return Promise.resolve();
        },
    },
  );
  const take = (text: string): void => inbox.take(Buffer.from(text));
  return {time, events, jobs, replies, refused, kept, words, problems, signed, take, inbox};
}

const reasons = (events: OperatorEventBody[]): string[] =>
  events.flatMap((event) => (event.type === 'frame_rejected' ? [event.reason] : []));

describe('the inbox', () => {
  it('counts every rejected frame of a flood, whose events are few', () => {
    const {take, events, inbox} = stage();
    for (let n = 0; n < 100; n += 1) take('garbage');
    expect(reasons(events)).toHaveLength(10);
    expect(inbox.rejected()).toBe(100);
  });

  it('neither repeats nor signs at length what a stranger wrote', () => {
    const {take, events, refused} = stage();
    take(frame({method: 'm'.repeat(50_000)}));
    expect(refused).toEqual([['e1', 404]]);
    const [event] = events;
    expect(event?.type === 'frame_rejected' ? event.message.length : 0).toBeLessThan(200);
  });

  it('hands on signed jobs with their signer, and replies', () => {
    const {take, jobs, replies, events} = stage();
    take(frame());
    take(frame({id: 'r', method: null, params: 'null', result: '{"code":200,"message":"success"}'}));
    expect(jobs).toEqual([{id: 'e1', jobs: ['j'], signer: TEST_ADDRESS}]);
    expect(replies).toEqual([['r', 200]]);
    expect(events).toEqual([]);
  });

  it.each([
    ['require', frame({}, null), 'unsigned'],
    ['require', frame({}, TEST_KEY, addressOf(OTHER_KEY)), 'wrong-signature'],
    ['require', frame({}, OTHER_KEY), 'wrong-sender'],
    ['when-signed', frame({}, null), null],
    ['when-signed', frame({}, TEST_KEY, addressOf(OTHER_KEY)), 'wrong-signature'],
    ['when-signed', frame({}, OTHER_KEY), 'wrong-sender'],
    ['off', frame({}, null), null],
    ['off', frame({}, TEST_KEY, addressOf(OTHER_KEY)), null],
    ['off', frame({}, OTHER_KEY), null],
  ] as const)('under the policy %s: %#', (verify, text, reason) => {
    const {take, jobs, refused, events} = stage({verify});
    take(text);
    expect(reasons(events)).toEqual(reason === null ? [] : [reason]);
    expect(jobs).toEqual(reason === null ? [{id: 'e1', jobs: ['j'], signer: null}] : []);
    expect(refused).toEqual(reason === null ? [] : [['e1', 401]]);
  });

  it('compares dispatcher_address in any letter case, and takes any signer without it', () => {
    const lower = stage({dispatcherAddress: TEST_ADDRESS.toLowerCase()});
    lower.take(frame());
    expect(lower.jobs).toHaveLength(1);
    const anyone = stage({dispatcherAddress: null});
    anyone.take(frame({}, OTHER_KEY));
    expect(anyone.jobs[0]?.signer).toBe(addressOf(OTHER_KEY));
  });

  it('takes a wrong hash for an event, and one signature over another text for none at all', () => {
    const {take, jobs, events} = stage();
    take(frame().replace(/"hash":"[0-9a-f]{64}"/, `"hash":"${'0'.repeat(64)}"`));
    expect(jobs).toHaveLength(1);
    expect(events).toEqual([{type: 'hash_mismatch', envelopeId: 'e1'}]);
    take(frame().replace('"prompt":"p"', '"prompt":"q"'));
    expect(reasons(events)).toEqual(['wrong-signature']);
  });

  it('tells of unsigned frames once', () => {
    const {take, events} = stage({verify: 'when-signed'});
    for (let n = 0; n < 3; n += 1) take(frame({}, null));
    expect(events).toEqual([{type: 'frame_unsigned', policy: 'when-signed'}]);
  });

  it.each([
    ['not JSON', '{"id":', 'unreadable', []],
    ['no envelope', '[1]', 'unreadable', []],
    [
      'an envelope without address',
      '{"id":"x","method":"dispatch_job","hash":"","signature":""}',
      'unreadable',
      [['x', 400]],
    ],
    [
      'an id that is a number',
      '{"id":7,"method":"m","address":"","hash":"","signature":""}',
      'unreadable',
      [],
    ],
    ['an unknown method', frame({method: 'drop_tables'}), 'unknown-method', [['e1', 404]]],
    ['no jobs', frame({params: '[]'}), 'bad-message', [['e1', 400]]],
    ['a job without id', frame({params: '[{"job":{}}]'}), 'bad-message', [['e1', 400]]],
    [
      'a clock of numbers',
      frame({params: '[{"job_id":"j","clock":{"1":1},"job":{}}]'}),
      'bad-message',
      [['e1', 400]],
    ],
    ['a reply without code', frame({method: null, result: '{}'}), 'bad-message', []],
  ])('rejects %s', (_name, text, reason, answers) => {
    const {take, jobs, refused, events} = stage();
    take(text);
    expect(reasons(events)).toEqual([reason]);
    expect(refused).toEqual(answers);
    expect(jobs).toEqual([]);
  });

  it('never answers a reply, however wrong it is', () => {
    const {take, refused} = stage();
    take(frame({method: null, result: '{"code":200}'}, null));
    take(frame({method: null, result: '{"code":200}'}, OTHER_KEY));
    take('{"id":"x","code":403,"message":"operator is not on the allow-list"}');
    take('{"id":"x","result":"ok","address":"","hash":"","signature":""}');
    take('{"code":500,"message":"error"}');
    expect(refused).toEqual([]);
  });

  it.each(['require', 'when-signed'] as const)(
    'takes the unsigned replies of the published dispatcher under %s, and warns of nothing',
    (verify) => {
      const {take, replies, events, problems} = stage({verify});
      for (const {reply, connectId} of [FRAMES.head, FRAMES.newest]) {
        take(reply);
        expect(replies.pop()).toEqual([connectId, 200]);
      }
      expect([events, problems]).toEqual([[], []]);
    },
  );

  it('takes the signed jobs of the newest dispatcher under require', () => {
    const {signer, jobs: frames} = FRAMES.newest;
    const {take, jobs, events} = stage({dispatcherAddress: signer});
    for (const text of frames) take(text);
    expect(jobs.map((job) => job.signer)).toEqual(frames.map(() => signer));
    expect(events).toEqual([]);
  });

  it('reads the words of a refusal that is no envelope', () => {
    const {take, replies} = stage();
    take('{"id":"x","code":403,"message":"operator is not on the allow-list"}');
    expect(replies).toEqual([['x', 403]]);
  });

  it('hands on text that is no message, made safe, and keeps it', () => {
    const {take, words, kept, problems} = stage();
    take('Failed to deserialize \u001b[31mthe JSON body');
    expect(words).toEqual(['Failed to deserialize \\x1b[31mthe JSON body']);
    expect(kept).toMatchObject([{reason: 'unreadable', code: 'FRAME_NOT_JSON', mayBeJob: false}]);
    expect(problems).toEqual([]);
  });

  it('keeps every message that may be a job and was not taken', () => {
    const {take, kept} = stage({verify: 'off'});
    const frames = [
      FRAMES.head.jobThatIsText,
      frame({params: '[]'}),
      frame({params: '{}'}),
      '{"id":"x","method":"dispatch_job","params":[',
    ];
    for (const text of frames) take(text);
    expect(kept.map(({mayBeJob}) => mayBeJob)).toEqual(frames.map(() => true));
    expect(kept.map((message) => Buffer.from(message.frame).toString())).toEqual(frames);
    expect(kept.map(({message}) => message).slice(0, 3)).toEqual([
      'params[0].job is not an object',
      'params is not an array with at least one job',
      'params is not an array with at least one job',
    ]);
  });

  it('refuses and tells ten times a second at most, and counts every one', async () => {
    const {take, time, refused, events} = stage();
    for (let n = 0; n < 100; n += 1) take(frame({}, null));
    expect([refused.length, events.length]).toEqual([10, 10]);
    await time.advance(500);
    for (let n = 0; n < 100; n += 1) take(frame({}, null));
    expect([refused.length, events.length]).toEqual([15, 15]);
    await time.advance(60_000);
    for (let n = 0; n < 100; n += 1) take(frame({}, null));
    expect([refused.length, events.length]).toEqual([25, 25]);
    expect(events.at(-1)).toMatchObject({count: 210});
  });

  it('refuses unsigned jobs from the first signed one on, with one problem that names the setting', () => {
    const {take, jobs, events, problems} = stage({verify: 'when-signed'});
    take(frame({}, null));
    expect(jobs).toHaveLength(1);
    take(frame());
    take(frame({}, null));
    take(frame({}, null));
    expect(jobs).toHaveLength(2);
    expect(reasons(events)).toEqual(['unsigned', 'unsigned']);
    expect(problems).toMatchObject([
      {
        type: 'problem',
        part: 'jobs',
        code: 'DISPATCHER_UNSIGNED',
        next: {say: expect.stringContaining('node.dispatcher_address') as string},
      },
    ]);
    take(frame());
    expect(problems.at(-1)).toMatchObject({type: 'recovered', part: 'jobs'});
  });

  it('does so also after a restart', () => {
    const {take, jobs, signed} = stage({verify: 'when-signed'});
    signed.before = true;
    take(frame({}, null));
    expect(jobs).toEqual([]);
  });

  it('counts a signature by anyone else for nothing', () => {
    const {take, signed, problems} = stage({verify: 'when-signed'});
    take(frame({}, OTHER_KEY));
    expect(signed.before).toBe(false);
    expect(problems).toMatchObject([{code: 'DISPATCHER_OTHER_SIGNER'}]);
  });

  it('never throws, whatever the bytes', () => {
    const {take} = stage({verify: 'off', dispatcherAddress: null});
    const inner = fc.json({maxDepth: 4});
    const envelopes = fc
      .record({
        id: fc.string(),
        method: fc.constantFrom('"dispatch_job"', 'null', '7'),
        params: inner,
        result: inner,
      })
      .map(
        ({id, method, params, result}) =>
          `{"id":${JSON.stringify(id)},"method":${method},"params":${params},"result":${result},"address":"","hash":"","signature":""}`,
      );
    fc.assert(fc.property(fc.oneof(fc.string(), inner, envelopes), (text) => take(text)));
  });
});
