import * as v from 'valibot';
import {FLOW_NAMES, type FlowName} from '../../peers/chain/flows/list.ts';
import {CHECK_STATES} from '../../foundation/check/check.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import type {Precondition, Readiness} from '../../peers/chain/precondition.ts';
import type {DeregisterReport} from './deregister.ts';
import {STEP_IDS, type RegisterReport, type StepReport} from './report.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {address, count, decimal, hash32, hex, next, schemaOf, time} from '../../cli/schema/parts.ts';
import {tx} from '../tx/schema.ts';
import type {LeaveCheck} from './leave-check.ts';
import {precondition} from '../tx/precondition-schema.ts';

const nextCommand = v.pipe(next, v.description('the command that comes next; null where the parts say it'));

const callFields = {title: v.string(), to: address, data: hex, valueWei: decimal};

const calls = v.array(v.object(callFields));

const step = schemaOf<StepReport>()(
  v.object({
    id: v.picklist(STEP_IDS),
    state: v.picklist(CHECK_STATES),
    outcome: v.picklist([
      'already',
      'done',
      'planned',
      'pending',
      'declined',
      'failed',
      'missing',
      'waiting',
    ]),
    found: v.string(),
    needed: v.exactOptional(v.string()),
    at: v.exactOptional(v.number()),
    next,
    tx: v.nullable(tx),
    call: v.pipe(
      v.nullable(v.object({...callFields, from: v.nullable(address), validUntil: v.nullable(time)})),
      v.description(
        'of --dry-run and --calldata; null in a dry run where the call needs a signature, since nothing is signed',
      ),
    ),
  }),
);

const transaction = {
  txHash: v.nullable(hash32),
  block: v.nullable(decimal),
  gasUsed: v.nullable(decimal),
  feeWei: v.nullable(decimal),
};
const range = v.nullable(v.object({start: decimal, end: decimal}));

export const register: ResultEntry = {
  summary: 'aos register: the steps and what became of each; the transaction is that at the AVS.',
  result: schemaOf<RegisterReport>()(
    v.object({
      flow: v.picklist(FLOW_NAMES),
      registry: address,
      serviceManager: address,
      steps: v.array(step),
      preconditions: v.array(precondition),
      ...transaction,
      operatorId: v.nullable(v.string()),
      quorums: v.array(count),
      socket: v.nullable(v.string()),
      range,
      rangeMax: v.nullable(decimal),
      rangeRequest: v.nullable(v.object({...callFields, owner: v.nullable(address)})),
      appointments: calls,
      metadata: v.nullable(v.object({url: v.string(), problems: v.array(v.string())})),
      next: nextCommand,
    }),
  ),
};

export const registerCheck: ResultEntry = {
  summary: 'aos register --check: every precondition with what was found and what is needed.',
  result: schemaOf<{
    state: Readiness;
    flow: FlowName;
    preconditions: Precondition[];
    next: NextStep | null;
  }>()(
    v.object({
      state: v.picklist(['ready', 'registered', 'pending', 'fail', 'unknown']),
      flow: v.picklist(FLOW_NAMES),
      preconditions: v.array(precondition),
      next: nextCommand,
    }),
  ),
};

export const deregisterCheck: ResultEntry = {
  summary: 'aos deregister --check: what leaving needs, with what was found.',
  result: schemaOf<LeaveCheck>()(
    v.object({
      state: v.picklist(['ready', 'left', 'pending', 'fail', 'unknown']),
      flow: v.picklist(FLOW_NAMES),
      leaves: v.array(count),
      remaining: v.array(count),
      wayBack: v.picklist(['open', 'closed', 'unknown']),
      preconditions: v.array(precondition),
    }),
  ),
};

export const deregister: ResultEntry = {
  summary: 'aos deregister: the step, and what stays behind.',
  result: schemaOf<DeregisterReport>()(
    v.object({
      flow: v.picklist(FLOW_NAMES),
      registry: address,
      left: v.array(count),
      remaining: v.array(count),
      wayBack: v.picklist(['open', 'closed', 'unknown']),
      coolDown: v.nullable(v.object({blocks: count, ms: count})),
      openChallenges: v.array(count),
      steps: v.array(step),
      appointments: calls,
      ...transaction,
      stays: v.object({
        range,
        canReregister: v.nullable(v.boolean()),
        slashableUntil: v.nullable(decimal),
      }),
    }),
  ),
};
