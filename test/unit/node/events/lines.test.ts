import type {ErrorCode} from '../../../../src/lib/foundation/errors/table.ts';
import {describe, expect, it} from 'vitest';
import type {OperatorEvent, OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {createLog} from '../../../../src/lib/features/run/log.ts';
import {eventLine, type LogFormat, type Paint, withIsoTimes} from '../../../../src/lib/node/events/lines.ts';
import {snakeKeys} from '../../../support/snake-keys.ts';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {renderNext} from '../../../../src/lib/cli/next-step.ts';

const job = {
  seq: 1,
  jobId: '4a16467f0123456789abcdef0971fd',
  tag: '',
  position: '',
  kind: 'opml',
  model: 'tiny',
};
const odd = {...job, tag: 'malicious', position: 'before'};
const summary = {
  accepted: 1,
  received: 2,
  duplicates: 0,
  selected: 1,
  unselected: 1,
  failed: 0,
  unanswered: 0,
  rejected: 0,
  resent: 0,
  pending: 1,
  held: 0,
  heldJob: null,
  probes: 3,
  durationMs: 61_000,
  reason: 'jobs',
  liveness: null,
} as const;

const EVENTS: OperatorEventBody[] = [
  {
    type: 'started',
    nodeId: '0xFE3B',
    network: 'devnet',
    version: '1',
    vrfPublicKey: 'ab',
    workers: ['opml'],
    pending: 2,
  },
  {
    type: 'started',
    nodeId: '0xFE3B',
    network: 'devnet',
    version: '1',
    vrfPublicKey: 'ab',
    workers: [],
    pending: 0,
  },
  {type: 'warning', code: 'UNKNOWN_KEY', message: 'node.x: unknown'},
  {type: 'listening', what: 'public', url: 'http://127.0.0.1:1'},
  {type: 'listening', what: 'callbacks', url: 'http://127.0.0.1:2'},
  {type: 'listening', what: 'metrics', url: 'http://127.0.0.1:3'},
  {type: 'connecting', url: 'ws://d'},
  {type: 'connected', url: 'ws://d'},
  {type: 'disconnected', reason: 'gone', retryInMs: 500},
  {
    type: 'disconnected',
    reason: 'closed by the dispatcher (4003 not on the list)',
    retryInMs: 500,
    refusal: {how: 'close', code: 4003, words: 'not on the list'},
  },
  {type: 'connect_repeated', quietMs: 45_000},
  {
    type: 'work',
    lastJobAt: null,
    usualGapMs: 60_000,
    noJobAfterMs: 1_800_000,
    open: 2,
    oldestOpenAt: null,
    cameForWorkers: 1,
    answeredByWorkers: 1,
    windowMs: 600_000,
    refused: 0,
  },
  {
    type: 'frame_rejected',
    reason: 'unsigned',
    code: 'ENVELOPE_INVALID',
    message: 'the frame is not signed',
    count: 3,
  },
  {
    type: 'frame_rejected',
    reason: 'wrong-sender',
    code: 'ENVELOPE_INVALID',
    message: 'signed by 0x1',
    count: 1,
  },
  {type: 'frame_rejected', reason: 'unreadable', code: 'FRAME_NOT_JSON', message: 'no JSON', count: 2},
  {type: 'frame_rejected', reason: 'wrong-signature', code: 'ENVELOPE_INVALID', message: 'bad', count: 3},
  {type: 'frame_rejected', reason: 'bad-message', code: 'MESSAGE_INVALID', message: 'params', count: 4},
  {type: 'frame_rejected', reason: 'too-much', code: 'JOB_REFUSED', message: 'too many', count: 5},
  {type: 'frame_unsigned', policy: 'when-signed'},
  {type: 'hash_mismatch', envelopeId: 'e'},
  {type: 'job_received', job, signer: null},
  {type: 'job_duplicate', job: odd, state: 'signed', count: 2},
  {type: 'job_sampled', job, selected: true, r: 5, threshold: 9},
  {type: 'job_sampled', job, selected: false, r: 9, threshold: 5},
  {type: 'job_asked', job, request: '0a1b2c3d', attempt: 2},
  {type: 'job_answered', job, request: '0a1b2c3d', ms: 1_500},
  {type: 'job_retry', job, code: 'WORKER_BUSY', message: 'busy', retryInMs: 2_000},
  {type: 'job_concluded', job, outcome: 'answered', reason: ''},
  {type: 'job_concluded', job, outcome: 'unselected', reason: 'unselected worker by vrf'},
  {type: 'job_concluded', job, outcome: 'failed', reason: 'no answer'},
  {type: 'result_sent', job, envelopeId: 'e', attempt: 1},
  {type: 'result_sent', job, envelopeId: 'e', attempt: 2},
  {type: 'result_retry', job, code: 'DISPATCHER_REFUSED', message: '500', retryInMs: 1_000},
  {type: 'result_accepted', job, ms: 12, outcome: 'answered'},
  {type: 'result_expired', job},
  {type: 'callback_refused', why: 'unknown', count: 1},
  {type: 'probe_answered', via: 'websocket'},
  {type: 'probe_answered', via: 'http', from: '203.0.113.7'},
  {type: 'connections_refused', code: 'PORT_CROWDED', count: 900, from: '2001:db8:0:0::/64', fromCount: 870},
  {type: 'connections_refused', code: 'PORT_NOT_ACCEPTING', count: 1, from: null, fromCount: 0},
  {type: 'problem', part: 'signer', code: 'SIGNER_UNREACHABLE', message: 'down', next: say('start it')},
  {type: 'recovered', part: 'signer', afterMs: 999},
  {type: 'range', start: '0', end: '5', max: '9', block: '7', source: 'chain'},
  {type: 'range', start: '0', end: '5', max: '9', block: null, source: 'journal'},
  {type: 'job_listening', job, code: 'WORKER_TIMEOUT', message: 'no answer within 600 s', attempts: 3},
  {type: 'job_unanswered', job, reason: 'no opml worker answered within 1 h 50 min'},
  {type: 'job_unanswered', job, reason: 'no zkml worker can answer it: the job names no proof', unfit: true},
  {type: 'job_asked_again', job},
  {type: 'job_checked', job, verdict: 'ok', message: 'both say true'},
  {type: 'job_checked', job, verdict: 'not_checked', code: 'SECOND_NOT_COMPARED', message: 'it is away'},
  {type: 'job_checked', job, verdict: 'refused', code: 'WORKER_BAD_ANSWER', message: 'a forged seal'},
  {type: 'job_held', job, code: 'ANSWERS_DIFFER', message: 'two words', then: 'wait'},
  {type: 'job_held', job, code: 'WORKER_UNREACHABLE', message: 'it is away', then: 'check_again'},
  {type: 'job_released', job},
  {
    ...{type: 'answers_held', count: 2, oldestAt: Date.UTC(2030, 0, 2)},
    ...{dueAt: Date.UTC(2030, 0, 2, 1), dueJob: 7},
  },
  {type: 'answers_held', count: 0, oldestAt: null, dueAt: null, dueJob: null},
  {
    type: 'answers_missing',
    kinds: [{kind: 'opml', waiting: 2, unanswered: 1, oldestAt: Date.UTC(2030, 0, 2)}],
  },
  {type: 'answers_missing', kinds: []},
  {type: 'stopping', reason: 'SIGINT', inProgress: 2, graceMs: 30_000},
  {type: 'stopping', reason: 'jobs', inProgress: 0, graceMs: 30_000},
  {type: 'stopping', reason: 'for', inProgress: 1, graceMs: 30_000},
  {type: 'summary', ...summary},
];

const at = Date.UTC(2030, 0, 2, 3, 4, 5, 6);
const event = (body: OperatorEventBody, seq = 1): OperatorEvent => ({seq, at, ...body});
const plain: Paint = (_level, text) => text;

/** The line that the log writes for an event. */
function logLine(told: OperatorEvent, format: LogFormat, paint: Paint, ascii = false): string {
  const lines: string[] = [];
  const sink = {write: (line: string) => void lines.push(line)};
  createLog({
    level: 'debug',
    target: () => ({sink, format, paint, ascii}),
    next: renderNext,
    now: () => at,
  }).event(told);
  return lines.join('\n');
}

describe('log lines', () => {
  it('say every event in one sentence', () => {
    expect(EVENTS.map((body) => logLine(event(body), 'pretty', plain)).join('\n')).toMatchInlineSnapshot(`
      "03:04:05 INFO  operator 0xFE3B on devnet, workers opml, 2 jobs pending, VRF key ab
      03:04:05 INFO  operator 0xFE3B on devnet, workers none, 0 jobs pending, VRF key ab
      03:04:05 WARN  node.x: unknown (UNKNOWN_KEY)
      03:04:05 INFO  answering http://127.0.0.1:1/ping
      03:04:05 INFO  workers call back on http://127.0.0.1:2
      03:04:05 INFO  metrics at http://127.0.0.1:3/metrics
      03:04:05 INFO  connecting to ws://d
      03:04:05 INFO  connected to ws://d
      03:04:05 WARN  disconnected: gone; next try in 500 ms
      03:04:05 WARN  refused: closed by the dispatcher (4003 not on the list); next try in 500 ms
      03:04:05 DEBUG no job for 45.0 s: connect is sent again on the same socket
      03:04:05 DEBUG no job has come yet; 2 jobs open; without a job for 30 min it is a problem
      03:04:05 WARN  frame rejected (unsigned, ENVELOPE_INVALID), 3 so far: the frame is not signed → If this dispatcher signs nothing, set net.verify_dispatcher: when-signed
      03:04:05 WARN  frame rejected (wrong-sender, ENVELOPE_INVALID), 1 so far: signed by 0x1 → Check node.dispatcher_address
      03:04:05 WARN  frame rejected (unreadable, FRAME_NOT_JSON), 2 so far: no JSON → Check that net.dispatcher_url is a dispatcher
      03:04:05 WARN  frame rejected (wrong-signature, ENVELOPE_INVALID), 3 so far: bad → Check net.dispatcher_url: its messages are changed on the way, or come from another sender
      03:04:05 WARN  frame rejected (bad-message, MESSAGE_INVALID), 4 so far: params → aos job refused
      03:04:05 WARN  frame rejected (too-much, JOB_REFUSED), 5 so far: too many → aos job refused
      03:04:05 WARN  the dispatcher does not sign its jobs; accepted because net.verify_dispatcher is when-signed
      03:04:05 WARN  message e is correctly signed, but its hash field is wrong
      03:04:05 DEBUG job 4a16467f…ef0971fd received: opml tiny
      03:04:05 INFO  job 4a16467f…ef0971fd [malicious/before] received again; it is signed (2 so far)
      03:04:05 DEBUG job 4a16467f…ef0971fd selected (VRF 5 < 9)
      03:04:05 DEBUG job 4a16467f…ef0971fd not selected (VRF 9 ≥ 5)
      03:04:05 DEBUG job 4a16467f…ef0971fd sent to the opml worker (attempt 2)
      03:04:05 DEBUG job 4a16467f…ef0971fd answered by the worker after 1.5 s
      03:04:05 WARN  job 4a16467f…ef0971fd: busy; next try in 2.0 s
      03:04:05 DEBUG job 4a16467f…ef0971fd answer saved
      03:04:05 DEBUG job 4a16467f…ef0971fd saved as unselected
      03:04:05 WARN  job 4a16467f…ef0971fd failed: no answer
      03:04:05 DEBUG job 4a16467f…ef0971fd result sent
      03:04:05 DEBUG job 4a16467f…ef0971fd result sent, attempt 2
      03:04:05 WARN  job 4a16467f…ef0971fd not accepted: 500; next try in 1.0 s
      03:04:05 INFO  job 4a16467f…ef0971fd answered, accepted after 12 ms: opml tiny
      03:04:05 ERROR job 4a16467f…ef0971fd was never accepted within the retention and is given up
      03:04:05 WARN  worker callback refused (unknown), 1 so far
      03:04:05 DEBUG liveness probe over websocket
      03:04:05 DEBUG liveness probe over http from 203.0.113.7
      03:04:05 WARN  900 refused (PORT_CROWDED), 870 of them from 2001:db8:0:0::/64
      03:04:05 WARN  1 refused (PORT_NOT_ACCEPTING)
      03:04:05 ERROR signer: down (SIGNER_UNREACHABLE) → start it
      03:04:05 INFO  signer works again after 999 ms
      03:04:05 INFO  sampling range 0–5 of 9, 55.5555 % of all jobs, about 1 in 2, from the chain, block 7
      03:04:05 INFO  sampling range 0–5 of 9, 55.5555 % of all jobs, about 1 in 2, from the journal
      03:04:05 WARN  job 4a16467f…ef0971fd: no answer within 600 s; 3 requests had no answer, it is not asked again, a late answer still counts
      03:04:05 ERROR job 4a16467f…ef0971fd has no answer, and nothing is sent: no opml worker answered within 1 h 50 min → aos job retry '#1'
      03:04:05 ERROR job 4a16467f…ef0971fd has no answer, and nothing is sent: no zkml worker can answer it: the job names no proof → Nothing to do here: asking again is of no use.
      03:04:05 INFO  job 4a16467f…ef0971fd is asked about again
      03:04:05 DEBUG job 4a16467f…ef0971fd checked: both say true
      03:04:05 WARN  job 4a16467f…ef0971fd answer not checked, and delivered: it is away (SECOND_NOT_COMPARED)
      03:04:05 WARN  job 4a16467f…ef0971fd answer refused: a forged seal (WORKER_BAD_ANSWER)
      03:04:05 ERROR job 4a16467f…ef0971fd: its answer is held: two words (ANSWERS_DIFFER); it is not delivered unless you release it → aos job show '#1'
      03:04:05 ERROR job 4a16467f…ef0971fd: its answer is held: it is away (WORKER_UNREACHABLE); it is checked again later → aos job show '#1'
      03:04:05 WARN  job 4a16467f…ef0971fd: its held answer is released and delivered
      03:04:05 DEBUG 2 answers held; job #7 ends unanswered at 2030-01-02T01:00:00.000Z
      03:04:05 INFO  no answer is held any more
      03:04:05 ERROR 2 opml jobs without an answer for 30 min or longer, 1 opml job left without an answer → aos job list --state selected,unanswered
      03:04:05 INFO  no selected job waits too long for an answer
      03:04:05 INFO  stopping (SIGINT): finishing 2 jobs, up to 30.0 s; again to stop at once
      03:04:05 INFO  stopping (--jobs reached): no jobs in progress
      03:04:05 INFO  stopping (--for is over): finishing 1 job, up to 30.0 s; Ctrl-C to stop at once
      03:04:05 INFO  done: 1 accepted, 2 received, 1 selected, 1 not selected, 0 failed, 0 unanswered, 1 pending, in 61.0 s"
    `);
  });

  it('tell long times in minutes and hours', () => {
    const silent: OperatorEventBody = {
      type: 'liveness',
      lastProbeAt: 0,
      allowanceMs: 3_600_000,
      allowanceLeftMs: 3_168_000,
      probes: 9,
      probeIntervalMs: 10_000,
      outages: [{start: 0, end: null, durationMs: 432_000, cause: 'not-probed', overAllowance: false}],
    };
    expect(logLine(event(silent), 'pretty', plain)).toMatch(
      /has not reached us for 7 min \(.*\); 52 min of the offline allowance left/,
    );
    const recovered: OperatorEventBody = {type: 'recovered', part: 'chain', afterMs: 7_380_000};
    expect(logLine(event(recovered), 'pretty', plain)).toContain('works again after 2 h 3 min');
  });

  it('have the fields of the event in logfmt and JSON', () => {
    const problem = event({
      type: 'problem',
      part: 'chain',
      code: 'CHAIN_UNREACHABLE',
      message: 'a "b"\nc',
      next: say('x=y'),
    });
    expect(logLine(problem, 'logfmt', plain)).toMatchInlineSnapshot(
      `"time=2030-01-02T03:04:05.006Z level=error msg="chain: a \\"b\\"\\\\nc (CHAIN_UNREACHABLE) → x=y" seq=1 type=problem part=chain code=CHAIN_UNREACHABLE message="a \\"b\\"\\\\nc" next="x=y""`,
    );
    const line = JSON.parse(
      logLine(event({type: 'job_received', job, signer: null}), 'json', plain),
    ) as object;
    expect(line).toMatchObject({
      time: '2030-01-02T03:04:05.006Z',
      level: 'debug',
      seq: 1,
      type: 'job_received',
      jobId: job.jobId,
      kind: 'opml',
    });
  });

  it('are warnings for problems in spite of which the operator does its work', () => {
    const level = (code: ErrorCode): string => {
      const line = logLine(
        event({type: 'problem', part: 'worker', code, message: 'm', next: say('n')}),
        'json',
        plain,
      );
      return (JSON.parse(line) as {level: string}).level;
    };
    expect(level('WORKER_SLOW')).toBe('warn');
    expect(level('WORKER_STUCK')).toBe('error');
  });

  it('leave out in logfmt what is empty, and keep it in JSON', () => {
    for (const body of EVENTS) {
      const line = logLine(event(body), 'logfmt', plain);
      expect(line, body.type).not.toMatch(/ \w+=(""|null|"\{\}"|"\[\]"|$| )/);
    }
    const received = event({type: 'job_received', job: {...job, tag: '', position: ''}, signer: null});
    expect(logLine(received, 'logfmt', plain)).not.toMatch(/tag=|position=/);
    expect(JSON.parse(logLine(received, 'json', plain))).toMatchObject({tag: '', position: ''});
  });

  it('write what is nested as JSON, in logfmt as its text', () => {
    const silent = event({
      type: 'liveness',
      lastProbeAt: at,
      allowanceMs: 3_600_000,
      allowanceLeftMs: 0,
      probes: 9,
      probeIntervalMs: 10_000,
      outages: [{start: at, end: null, durationMs: 432_000, cause: 'not-probed', overAllowance: false}],
    });
    const outages = [
      {
        start: '2030-01-02T03:04:05.006Z',
        end: null,
        durationMs: 432_000,
        cause: 'not-probed',
        overAllowance: false,
      },
    ];
    const line = logLine(silent, 'logfmt', plain);
    expect(line).toContain(` outages=${JSON.stringify(JSON.stringify(outages))}`);
    expect(JSON.parse(logLine(silent, 'json', plain))).toMatchObject({outages});
    for (const body of EVENTS) {
      for (const format of ['logfmt', 'json'] as const)
        expect(logLine(event(body), format, plain), body.type).not.toContain('[object');
    }
    const refusal = event({
      type: 'disconnected',
      reason: 'closed',
      retryInMs: 500,
      refusal: {how: 'close', code: 4003, words: 'not on “the” list'},
    });
    expect(logLine(refusal, 'logfmt', plain, true)).toMatch(/ refusal="\{.*4003.*\}"$/);
  });

  it('name every field in camelCase, in the log and in the stream', () => {
    for (const body of EVENTS) {
      const lines = [logLine(event(body), 'json', plain), eventLine(event(body))];
      for (const line of lines) expect(snakeKeys(JSON.parse(line)), line).toEqual([]);
    }
  });

  it('are one harmless line each, in every format, however hostile the text', () => {
    const hostile = '\u001b]0;owned\u0007\r\n2030 FAKE line \u202e "\\';
    for (const format of ['pretty', 'logfmt', 'json'] as const) {
      for (const body of [
        {type: 'disconnected', reason: hostile, retryInMs: 1},
        {type: 'job_received', job: {...job, jobId: hostile, model: hostile, tag: hostile}, signer: null},
      ] satisfies OperatorEventBody[]) {
        expect(logLine(event(body), format, plain)).not.toMatch(/[\u0000-\u001f\u202e]/);
      }
    }
  });

  it('have no sign beyond ASCII where none can be shown', () => {
    for (const format of ['pretty', 'logfmt', 'json'] as const) {
      for (const body of EVENTS) expect(logLine(event(body), format, plain, true)).toMatch(/^[\x20-\x7e]+$/);
    }
    expect(logLine(event({type: 'connecting', url: 'a → …'}), 'pretty', plain, true)).toMatch(/a -> \.\.\.$/);
    // A quote that stands for a typographic one is a quote of the value, not its end.
    const quoting = event({type: 'disconnected', reason: 'said “no” at the café', retryInMs: 1});
    expect(logLine(quoting, 'logfmt', plain, true)).toContain(' reason="said \\"no\\" at the caf\\\\u{e9}" ');
    expect(JSON.parse(logLine(quoting, 'json', plain, true))).toMatchObject({
      reason: 'said “no” at the café',
    });
  });

  it('say nothing below the level, which can change', () => {
    const lines: string[] = [];
    const sink = {write: (line: string) => void lines.push(line)};
    const target = () => ({sink, format: 'pretty' as const, paint: plain, ascii: false});
    const log = createLog({level: 'error', target, next: renderNext, now: () => at});
    const told = event({type: 'disconnected', reason: 'gone', retryInMs: 1});
    log.event(told);
    expect(lines).toEqual([]);
    log.setLevel('warn');
    log.event(told);
    expect(lines).toEqual(['03:04:05 WARN  disconnected: gone; next try in 1 ms']);
    expect(log.warning('late', target())).toBe('03:04:05 WARN  late');
    expect(lines).toHaveLength(1);
  });

  it('are as they were said: no percent sign is a place for something', () => {
    expect(logLine(event({type: 'connecting', url: '%s %% %o'}), 'pretty', plain)).toMatch(/ %s %% %o$/);
    const json = logLine(event({type: 'connecting', url: '%s %%'}), 'json', plain);
    expect(JSON.parse(json)).toMatchObject({msg: 'connecting to %s %%', url: '%s %%', level: 'info'});
  });

  it('paint the level word alone', () => {
    expect(
      logLine(event({type: 'connecting', url: 'ws://d'}), 'pretty', (level, text) => `<${level}>${text}`),
    ).toBe('03:04:05 <info>INFO  connecting to ws://d');
  });
});

describe('the NDJSON stream', () => {
  it('has type, seq and at first, then the event’s own fields', () => {
    for (const [index, body] of EVENTS.entries()) {
      const line = eventLine(event(body, index + 1));
      const value = JSON.parse(line) as Record<string, unknown>;
      expect(Object.keys(value).slice(0, 3)).toEqual(['type', 'seq', 'at']);
      // Times are RFC 3339, at any depth.
      expect(value).toEqual({...withIsoTimes(body), seq: index + 1, at: '2030-01-02T03:04:05.006Z'});
      expect(line).not.toContain('\n');
    }
  });
});
