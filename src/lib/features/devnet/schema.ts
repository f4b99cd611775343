import * as v from 'valibot';
import type {DevnetEvent} from '../../../devnet/devnet.ts';
import type {SignerFaultChange} from '../../../devnet/signer-fault.ts';
import type {DevnetUrls} from '../../config/devnet-file.ts';
import type {SubmittedJob} from './submit-jobs.ts';
import type {ActResult} from './act.ts';
import type {PartChange} from './control.ts';
import type {ResultEntry, StreamEntry} from '../../cli/schema/entry.ts';
import {address, count, decimal, hash32, type Json, ms, schemaOf} from '../../cli/schema/parts.ts';

export const devnetSubmit: ResultEntry = {
  summary: 'aos devnet submit: ids of the jobs, with --wait what each operator answered.',
  result: schemaOf<{jobs: SubmittedJob[]}>()(
    v.object({
      jobs: v.array(
        v.object({
          jobId: v.string(),
          results: v.array(
            v.object({
              operator: v.pipe(v.string(), v.description('empty in a row of the published operator')),
              result: v.string(),
              reason: v.string(),
              selected: v.pipe(
                v.nullable(v.boolean()),
                v.description('null where the dispatcher keeps no VRF'),
              ),
            }),
          ),
        }),
      ),
    }),
  ),
};

const partChange = schemaOf<PartChange>()(
  v.object({
    part: v.picklist(['dispatcher', 'worker', 'signer']),
    running: v.boolean(),
    changed: v.pipe(v.boolean(), v.description('false: it was so before')),
  }),
);

export const devnetStop: ResultEntry = {
  summary: 'aos devnet stop: which part of the devnet ended.',
  result: partChange,
};

export const devnetStart: ResultEntry = {
  summary: 'aos devnet start: which part of the devnet runs again.',
  result: partChange,
};

export const devnetAct: ResultEntry = {
  summary: 'aos devnet act: what the network did to an operator of the devnet.',
  result: schemaOf<ActResult>()(
    v.object({
      act: v.picklist(['slash', 'penalty', 'challenge', 'answer', 'eject', 'pending-stake']),
      operator: v.nullable(address),
      config: v.pipe(v.string(), v.description('the configuration file of that operator')),
      steps: v.array(
        v.object({
          what: v.string(),
          txHash: v.pipe(v.nullable(hash32), v.description('null where blocks passed')),
          block: decimal,
        }),
      ),
      block: v.pipe(decimal, v.description('the latest one after it')),
      challenge: v.nullable(
        v.object({
          index: count,
          clockNumber: decimal,
          deadlineBlock: v.pipe(decimal, v.description('the last block that takes an answer')),
          isAnswered: v.boolean(),
        }),
      ),
      pending: v.nullable(
        v.object({
          deposited: v.pipe(decimal, v.description('wei of the strategy’s token')),
          strategy: address,
          magnitude: v.pipe(decimal, v.description('of 1e18, now')),
          newMagnitude: v.pipe(decimal, v.description('of 1e18, from effectBlock on')),
          effectBlock: decimal,
        }),
      ),
      look: v.pipe(v.array(v.string()), v.description('commands that show it')),
    }),
  ),
};

export const devnetFault: ResultEntry = {
  summary: 'aos devnet fault: what the signer of the devnet does wrong from now on.',
  result: schemaOf<SignerFaultChange>()(
    v.object({
      part: v.literal('signer'),
      fault: v.pipe(v.nullable(v.string()), v.description('null: nothing')),
      means: v.nullable(v.string()),
    }),
  ),
};

const urls = schemaOf<DevnetUrls>()(
  v.object({
    chain: v.string(),
    signer: v.string(),
    dispatcher: v.string(),
    dispatcherHttp: v.string(),
    operator: v.string(),
    worker: v.pipe(v.string(), v.description('of the first kind')),
    opml: v.pipe(v.optional(v.string()), v.description('the opml worker, where there are others too')),
    tee: v.pipe(v.optional(v.string()), v.description('the tee worker, where there is one')),
    zkml: v.pipe(v.optional(v.string()), v.description('the zkml worker, where there is one')),
    proofs: v.pipe(v.optional(v.string()), v.description('where the proofs of zkml jobs are')),
  }),
);
const key = v.object({jobId: v.string(), tag: v.string(), position: v.string()});
const dispatcher = {source: v.literal('dispatcher')};
const operator = v.string();
const maybe = v.nullable(operator);

/** All events but the time in them, which the stream stamps itself. */
const events = {
  probe: v.object({
    source: v.literal('monitor'),
    target: v.string(),
    ok: v.boolean(),
    ms,
    reason: v.string(),
  }),
  connected: v.object({...dispatcher, operator, workers: v.array(v.string())}),
  disconnected: v.object({...dispatcher, operator: maybe, reason: v.string()}),
  job_submitted: v.object({...dispatcher, key}),
  job_sent: v.object({...dispatcher, key, operator, envelopeId: v.string()}),
  acknowledged: v.object({...dispatcher, key, operator, envelopeId: v.string(), code: count}),
  result: v.object({
    ...dispatcher,
    key,
    operator,
    repeated: v.boolean(),
    selected: v.boolean(),
    result: v.string(),
    reason: v.string(),
  }),
  conflict: v.object({...dispatcher, key, operator}),
  pong: v.object({...dispatcher, operator: maybe}),
  refused: v.object({
    ...dispatcher,
    operator: maybe,
    why: v.picklist(['connect', 'bad-message', 'unknown-job', 'selection', 'fault']),
    message: v.string(),
  }),
  rejected: v.object({
    ...dispatcher,
    operator: maybe,
    why: v.picklist([
      'unreadable',
      'unsigned',
      'wrong-signature',
      'wrong-address',
      'not-connected',
      'unknown-method',
    ]),
    message: v.string(),
  }),
} satisfies {
  [T in DevnetEvent['type']]: v.GenericSchema<Json<Omit<Extract<DevnetEvent, {type: T}>, 'type' | 'at'>>>;
};

export const devnetUp: StreamEntry = {
  summary: 'aos devnet up: first a line of type ready, then what happens on the network.',
  lines: {
    ready: v.object({
      config: v.pipe(v.string(), v.description('a config.yaml that works')),
      operator: address,
      operators: v.pipe(
        v.array(v.object({operator: address, config: v.string(), url: v.string()})),
        v.description('all of them, the first once more'),
      ),
      dispatcher: v.pipe(
        v.picklist(['newest', 'head', 'friendly']),
        v.description('how the dispatcher behaves'),
      ),
      urls,
      contracts: v.object({vrfRange: address}),
    }),
    ...events,
  },
};
