import {wrap} from '../../foundation/text/cells.ts';
import type {RangeState} from '../../peers/chain/plans/range.ts';
import {flowNamed, type FlowName} from '../../peers/chain/flows/list.ts';
import {REGISTRATION, type Precondition} from '../../peers/chain/precondition.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import {checkLines, hangingRows, markOf, nextLines, type ListStyle} from '../../cli/check-list.ts';
import type {Check, CheckState} from '../../foundation/check/check.ts';
import {EXIT} from '../../foundation/errors/table.ts';
import {shownEther} from '../../foundation/text/amounts.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {TxReport} from '../tx/report.ts';
import {appointmentLines, stepCallLines, type CallReport, type StepCall} from './call.ts';
import type {MetadataReport} from './metadata.ts';

export const STEP_IDS = [
  'eigenlayer-operator',
  'metadata',
  'bls-key',
  'operator-set-key',
  'avs',
  'socket',
  'dispatcher',
  'range',
] as const;
export type StepId = (typeof STEP_IDS)[number];

/**
 * What became of a step. `already`: found done. `done`: by this run. `planned`: not sent (`--dry-run`, `--calldata`).
 * `waiting`: its turn did not come. `missing`: the operator has to do something first.
 */
export type Outcome = keyof typeof STATE_OF;

const STATE_OF = {
  already: 'ok',
  done: 'ok',
  planned: 'skipped',
  pending: 'pending',
  declined: 'fail',
  failed: 'warn',
  missing: 'fail',
  waiting: 'pending',
} as const satisfies Readonly<Record<string, CheckState>>;

/** One step of a registration. */
export type StepReport = Check<StepId> & {
  outcome: Outcome;
  tx: TxReport | null;
  call: StepCall | null;
};

/** What `aos register` answers. The transaction fields are those of the registration at the AVS. */
export type RegisterReport = {
  flow: FlowName;
  registry: string;
  serviceManager: string;
  steps: readonly StepReport[];
  /** What has to be done first, where there is something. */
  preconditions: readonly Precondition[];
  txHash: string | null;
  block: bigint | null;
  gasUsed: bigint | null;
  feeWei: bigint | null;
  operatorId: string | null;
  /** Quorums, or operator sets. */
  quorums: readonly number[];
  socket: string | null;
  range: RangeState['range'];
  rangeMax: bigint | null;
  rangeRequest: (CallReport & {owner: string | null}) | null;
  /** With `--calldata`: what an admin sends so that this address may send the calls itself; empty where it may. */
  appointments: readonly CallReport[];
  /** The metadata URL of this command, and what EigenLayer's rules find wrong with its file; null without one. */
  metadata: MetadataReport | null;
  /** The command that comes next; null where the steps say it. */
  next: NextStep | null;
};

/** A step with nothing more to say. */
export function step(
  id: StepId,
  outcome: Outcome,
  found: string,
  more: Partial<Pick<StepReport, 'next' | 'tx' | 'call'>> = {},
): StepReport {
  return {id, state: STATE_OF[outcome], outcome, found, next: null, tx: null, call: null, ...more};
}

/**
 * Exit code of a list of steps: 3 when something is missing or was declined, 8 when a transaction is not mined yet, 4 when
 * only the dispatcher failed. A cool-down that alone is in the way is pending too.
 */
export function stepsExitCode(steps: readonly StepReport[], onlyCooldown = false): number {
  const has = (outcome: Outcome): boolean => steps.some((one) => one.outcome === outcome);
  if (has('missing')) return onlyCooldown ? EXIT.pending : EXIT.negative;
  if (has('declined')) return EXIT.negative;
  if (has('pending')) return EXIT.pending;
  return has('failed') ? EXIT.warnings : EXIT.ok;
}

const NAMES: Readonly<Record<StepId, string>> = {
  'eigenlayer-operator': 'EigenLayer operator',
  metadata: 'metadata URL',
  'bls-key': 'BLS key',
  'operator-set-key': 'operator-set key',
  avs: 'AVS',
  socket: 'socket',
  dispatcher: 'dispatcher',
  range: 'range',
};

const INDENT = ' '.repeat(4);

/** The steps as a list, the call of each below it in one piece, to be copied. */
export function stepLines(steps: readonly StepReport[], style: ListStyle): string[] {
  const names = Math.max(0, ...steps.map(({id}) => NAMES[id].length));
  return steps.flatMap(({id, state, outcome, found, next, tx, call}) => {
    const cost =
      tx === null || tx.feeWei === null
        ? []
        : [`in block ${tx.block ?? '?'} (gas ${tx.gasUsed ?? '?'}, fee ${shownEther(tx.feeWei)} ETH)`];
    const row = {
      sign: markOf(state, style),
      name: NAMES[id],
      texts: [
        `${outcome}: ${found}`,
        ...(tx === null ? [] : [tx.txHash]),
        ...cost,
        ...(next === null ? [] : [next]),
      ],
    };
    return [
      ...hangingRows([row], style, names),
      ...(call === null ? [] : stepCallLines(call).map((line) => INDENT + line)),
    ];
  });
}

/** Preconditions: what was found, what is needed, and what to do beside those that are not met. */
export function preconditionLines(list: readonly Precondition[], style: ListStyle): string[] {
  return checkLines(
    list.map(({clearsAt, done, needsOperator, ...one}) => ({
      ...one,
      found: `${done === true ? 'already: ' : ''}${one.found}${clearsAt === undefined ? '' : `, clears ${clearsAt.at}`}${required(one)}`,
    })),
    style,
  );
}

/** What is needed, beside what holds; the list itself says it of the rest. A registration that is still to come needs nothing. */
function required({id, state, found, needed}: Omit<Precondition, 'done'>): string {
  return state !== 'ok' || id === REGISTRATION || found === needed ? '' : ` (needed: ${needed})`;
}

/** The whole answer for people. */
export function registerText(report: RegisterReport, style: ListStyle): string {
  const {steps, preconditions, flow, operatorId, quorums, socket, appointments, next} = report;
  const facts = [
    ...(operatorId === null ? [] : [`operator id ${operatorId}`]),
    ...(quorums.length === 0 ? [] : [`${flowNamed(flow).words.group.many} ${quorums.join(', ')}`]),
    ...(socket === null ? [] : [`socket ${safeText(socket)}`]),
  ];
  // A step that says itself what it waits for needs no second line about it.
  const unmet = preconditions.filter(
    ({id}) => !steps.some((one) => one.id === id && one.outcome === 'missing' && one.next !== null),
  );
  return [
    ...stepLines(steps, style),
    ...facts.flatMap((fact) => wrap(fact, style.width, 'keep')),
    ...preconditionLines(unmet, style),
    ...appointmentLines(appointments, style.width),
    ...(next === null ? [] : ['', ...nextLines(next, style)]),
  ].join('\n');
}
