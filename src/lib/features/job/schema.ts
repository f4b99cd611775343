import * as v from 'valibot';
import type {JobLine} from './export.ts';
import type {ReceiptWritten} from './receipt.ts';
import type {RetryResult} from './retry.ts';
import type {JobRowJson} from './row.ts';
import type {JobDetail} from './detail.ts';
import type {RefusedResult} from './refused.ts';
import {engineFacts} from '../../cli/schema/engine.ts';
import type {ResultEntry, StreamEntry} from '../../cli/schema/entry.ts';
import {address, count, decimal, ms, schemaOf, time} from '../../cli/schema/parts.ts';
import {JOB_OUTCOMES, JOB_STATES} from '../../node/events/job-states.ts';
import {checks} from './checks-schema.ts';
import type {ReleaseResult} from './release.ts';

const clock = v.pipe(v.record(v.string(), v.string()), v.description('clock id → counter, both decimal'));
const digits = v.pipe(v.string(), v.regex(/^[0-9a-f]*$/), v.description('hex without 0x'));
const number = v.pipe(count, v.description('its number in the journal'));

const key = {jobId: v.string(), tag: v.string(), position: v.string()};
const rowFields = {
  ...key,
  state: v.picklist(JOB_STATES),
  outcome: v.nullable(v.picklist(JOB_OUTCOMES)),
  kind: v.string(),
  model: v.string(),
  selected: v.nullable(v.boolean()),
  dispatcher: v.pipe(v.nullable(address), v.description('who signed the message')),
  receivedAt: time,
  concludedAt: v.nullable(time),
  signedAt: v.nullable(time),
  closedAt: v.nullable(time),
  held: v.pipe(v.boolean(), v.description('it has no answer, and one that came is held by a check')),
  durationMs: v.pipe(
    v.nullable(v.number()),
    v.description('from arrival to acceptance, giving up, or being left unanswered'),
  ),
};

export const jobList: ResultEntry = {
  summary: 'aos job list: jobs of the journal, the newest first.',
  result: schemaOf<{total: number; jobs: JobRowJson[]}>()(
    v.object({
      total: v.pipe(count, v.description('that fit, whatever the limit')),
      jobs: v.array(v.object({seq: number, ...rowFields})),
    }),
  ),
};

export const jobRefused: ResultEntry = {
  summary: 'aos job refused: messages of the dispatcher that could not be taken, the newest first.',
  result: schemaOf<RefusedResult>()(
    v.object({
      total: v.pipe(count, v.description('all that came, kept or not')),
      kept: count,
      messages: v.array(
        v.object({
          number: count,
          at: time,
          reason: v.string(),
          code: v.string(),
          message: v.pipe(v.string(), v.description('what is wrong with it')),
          bytes: v.pipe(count, v.description('of the whole message')),
          frame: v.pipe(v.string(), v.description('as it came; bytes that are no UTF-8 are U+FFFD')),
          isCut: v.pipe(v.boolean(), v.description('only its first 64 KiB are kept')),
        }),
      ),
    }),
  ),
};

export const jobReceipt: ResultEntry = {
  summary: 'aos job receipt: the receipt, or the file that it was written to.',
  result: schemaOf<ReceiptWritten>()(
    v.object({
      path: v.pipe(v.nullable(v.string()), v.description('null without --out')),
      seq: v.pipe(
        v.nullable(number),
        v.description('null: the journal has forgotten it, and its receipt was kept'),
      ),
      jobId: v.string(),
      bytes: count,
      receipt: v.pipe(
        v.nullable(v.record(v.string(), v.unknown())),
        v.description('the document, without --out; docs/verification.md says what is in it'),
      ),
    }),
  ),
};

export const jobRetry: ResultEntry = {
  summary: 'aos job retry: the jobs that are asked about again.',
  result: schemaOf<RetryResult>()(
    v.object({
      by: v.pipe(
        v.picklist(['operator', 'journal']),
        v.description('operator: it asks now; journal: it asks when it starts'),
      ),
      jobs: v.array(v.object({seq: number, ...key, kind: v.string()})),
    }),
  ),
};

export const jobRelease: ResultEntry = {
  summary: 'aos job release: the held answer that is delivered.',
  result: schemaOf<ReleaseResult>()(
    v.object({
      released: v.pipe(v.boolean(), v.description('false: it was declined')),
      by: v.pipe(
        v.nullable(v.picklist(['operator', 'journal'])),
        v.description('operator: it delivers now; journal: it delivers when it starts'),
      ),
      job: v.object({seq: number, ...key, kind: v.string()}),
      answer: v.pipe(v.string(), v.description('the text that is signed as the result')),
      code: v.pipe(v.nullable(v.string()), v.description('why it was held')),
      message: v.nullable(v.string()),
      penaltyWei: decimal,
    }),
  ),
};

export const jobExport: ResultEntry = {
  summary: 'aos job export --out FILE: what was written.',
  result: schemaOf<{path: string; jobs: number; bytes: number}>()(
    v.object({path: v.string(), jobs: count, bytes: count}),
  ),
};

const line = schemaOf<Omit<JobLine, 'type' | 'seq' | 'at'>>()(
  v.object({
    ...rowFields,
    user: v.nullable(v.string()),
    prompt: v.nullable(v.string()),
    result: v.nullable(v.string()),
    reason: v.nullable(v.string()),
    attempts: count,
    vrfRandomValue: v.nullable(digits),
    vrfProof: v.nullable(digits),
    jobClock: v.nullable(clock),
    answerClock: v.nullable(clock),
    envelopeId: v.nullable(v.string()),
    signature: v.nullable(digits),
    attestation: v.pipe(
      v.nullable(v.string()),
      v.description('that a tee worker sent with the answer, base64; null once the job is packed'),
    ),
  }),
);

export const jobExportLines: StreamEntry = {
  summary: 'aos job export: a line a job, oldest first; seq: its row in the journal, at: when it came.',
  lines: {job: line},
};

export const jobShow: ResultEntry = {
  summary: 'aos job show: everything about one job.',
  result: schemaOf<JobDetail>()(
    v.object({
      seq: number,
      ...key,
      state: v.picklist(JOB_STATES),
      outcome: v.nullable(v.picklist(JOB_OUTCOMES)),
      packed: v.pipe(
        v.boolean(),
        v.description('its evidence period is over: the message, the requests and the readings are gone'),
      ),
      receiptKept: v.pipe(
        v.boolean(),
        v.description(
          'of one that is packed: its whole receipt is in the evidence directory (aos job receipt)',
        ),
      ),
      kind: v.string(),
      model: v.string(),
      user: v.nullable(v.string()),
      prompt: v.nullable(v.string()),
      dispatch: v.object({
        receivedAt: time,
        frameBytes: v.nullable(count),
        frameJobs: v.nullable(count),
        frameIndex: count,
        envelopeId: v.nullable(v.string()),
        address: v.nullable(v.string()),
        signature: v.object({
          state: v.picklist(['verified', 'unsigned', 'invalid', 'unreadable', 'packed']),
          signer: v.nullable(address),
          reason: v.nullable(v.string()),
        }),
        hashMatches: v.nullable(v.boolean()),
        isKnownDispatcher: v.nullable(v.boolean()),
        isFormerDispatcher: v.boolean(),
        clock: v.nullable(clock),
        seed: v.nullable(v.string()),
      }),
      sampling: v.nullable(
        v.object({
          selected: v.boolean(),
          vrfPromptHash: digits,
          vrfRandomValue: digits,
          vrfPublicKey: digits,
          vrfProof: digits,
          number: v.nullable(v.number()),
          threshold: v.nullable(v.number()),
          range: v.nullable(
            v.object({
              start: decimal,
              end: decimal,
              max: decimal,
              block: v.nullable(decimal),
              source: v.pipe(
                v.picklist(['sampled_with', 'last_read']),
                v.description('last_read: the job is older than the keeping of ranges'),
              ),
            }),
          ),
        }),
      ),
      requests: v.array(
        v.object({
          attempt: count,
          kind: v.string(),
          askedAt: time,
          worker: v.pipe(v.nullable(v.string()), v.description('URL of the worker that took it')),
          workerNode: v.pipe(v.nullable(v.string()), v.description('which start of that worker')),
          takenAt: v.nullable(time),
          ended: v.nullable(v.picklist(['timeout', 'lost', 'invalid'])),
          endedAt: v.nullable(time),
          answeredAt: v.nullable(time),
          durationMs: v.nullable(v.number()),
          answer: v.nullable(v.string()),
          stateRoot: v.nullable(v.string()),
          attestation: v.pipe(v.nullable(v.string()), v.description('of a tee worker: base64')),
          attestationBytes: v.pipe(v.nullable(count), v.description('of the document')),
          attestationSha256: v.nullable(digits),
          engine: v.pipe(
            v.nullable(engineFacts),
            v.description('of an OpenAI-compatible server: what it says of itself'),
          ),
          answerBytes: v.nullable(count),
        }),
      ),
      whyUnanswered: v.nullable(v.string()),
      checks,
      evidence: v.array(
        v.object({
          attempt: v.nullable(count),
          at: time,
          why: v.string(),
          answer: v.nullable(v.string()),
          body: v.pipe(v.string(), v.description('the first 64 KiB of the callback')),
          bytes: v.pipe(count, v.description('of the whole callback')),
        }),
      ),
      answer: v.nullable(
        v.object({
          outcome: v.nullable(v.picklist(JOB_OUTCOMES)),
          concludedAt: v.nullable(time),
          result: v.nullable(v.string()),
          reason: v.nullable(v.string()),
          clock: v.nullable(clock),
          bytes: count,
          sha256: v.pipe(digits, v.description('of the content')),
          content: v.pipe(
            v.nullable(v.string()),
            v.description(
              'the job_result that was signed, byte for byte; null: packed, too large to be kept',
            ),
          ),
        }),
      ),
      delivery: v.nullable(
        v.object({
          envelopeId: v.string(),
          signature: digits,
          signedAt: time,
          signer: v.nullable(address),
          signatureValid: v.nullable(v.boolean()),
          acceptedAt: v.nullable(time),
          expiredAt: v.nullable(time),
        }),
      ),
      readings: v.object({
        chainValid: v.nullable(v.boolean()),
        list: v.array(
          v.object({n: count, at: time, event: v.string(), clock, previous: digits, hash: digits}),
        ),
      }),
      timeline: v.array(
        v.object({what: v.string(), at: time, sincePreviousMs: ms, sinceReceivedMs: v.number()}),
      ),
      ageMs: v.number(),
    }),
  ),
};
