import {wrap} from '../../foundation/text/cells.ts';
import type {RangeState} from '../../peers/chain/plans/range.ts';
import type {Precondition} from '../../peers/chain/precondition.ts';
import {EXIT} from '../../foundation/errors/table.ts';
import {ether} from '../../foundation/text/amounts.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {TxReport} from '../tx/report.ts';

export type StepId = 'eigenlayer-operator' | 'bls-key' | 'operator-set-key' | 'avs' | 'dispatcher' | 'range';

/**
 * `already`: found done. `done`: by this run. `planned`: not sent (`--dry-run`, `--calldata`). `waiting`: its turn did not
 * come. `missing`: the operator has to do something first.
 */
export type StepState =
  'already' | 'done' | 'planned' | 'pending' | 'declined' | 'failed' | 'missing' | 'waiting';

/** A call for a multisig or another tool. */
export type CallReport = {title: string; to: string; data: string; valueWei: bigint};

export type StepReport = {
  id: StepId;
  state: StepState;
  /** One line. */
  detail: string;
  /** The one next thing to type or do; null when there is nothing. */
  next: string | null;
  tx: TxReport | null;
  call: CallReport | null;
};

/** What `aos register` answers. The transaction fields are those of the registration at the AVS. */
export type RegisterReport = {
  flow: string;
  registry: string;
  serviceManager: string;
  steps: readonly StepReport[];
  /** What stands in the way, when something does. */
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
};

/** A step with nothing more to say. */
export function step(
  id: StepId,
  state: StepState,
  detail: string,
  more: Partial<Pick<StepReport, 'next' | 'tx' | 'call'>> = {},
): StepReport {
  return {id, state, detail, next: null, tx: null, call: null, ...more};
}

/**
 * Exit code of a list of steps: 3 when something is missing or was declined, 8 when a transaction is not mined yet, 4 when
 * only the dispatcher failed. A cool-down that alone is in the way is pending too.
 */
export function stepsExitCode(steps: readonly StepReport[], onlyCooldown = false): number {
  const has = (state: StepState): boolean => steps.some((one) => one.state === state);
  if (has('missing')) return onlyCooldown ? EXIT.pending : EXIT.negative;
  if (has('declined')) return EXIT.negative;
  if (has('pending')) return EXIT.pending;
  return has('failed') ? EXIT.warnings : EXIT.ok;
}

const SIGNS: Readonly<Record<StepState, string>> = {
  already: '✓',
  done: '✓',
  planned: '·',
  pending: '…',
  declined: '✗',
  failed: '!',
  missing: '✗',
  waiting: ' ',
};

const NAMES: Readonly<Record<StepId, string>> = {
  'eigenlayer-operator': 'EigenLayer operator',
  'bls-key': 'BLS key',
  'operator-set-key': 'operator-set key',
  avs: 'AVS',
  dispatcher: 'dispatcher',
  range: 'range',
};

const STATE_WIDTH = 'declined'.length;

/** Columns of a terminal that nobody has widened; a hash fits between the indent and them. */
const WIDTH = 80;
const INDENT = ' '.repeat(4);

/** One line where both fit; else the text goes below. */
function fitted(head: string, text: string): string[] {
  return head.length + text.length <= WIDTH ? [head + text] : [head.trimEnd(), ...hanging(text)];
}

function hanging(text: string): string[] {
  return wrap(text, WIDTH - INDENT.length).map((line) => INDENT + line);
}

/** The steps as a list, what stands in the way below them. */
export function renderSteps(steps: readonly StepReport[]): string[] {
  const width = Math.max(...steps.map(({id}) => NAMES[id].length));
  return steps.flatMap(({id, state, detail, next, tx, call}) => {
    const head = `${SIGNS[state]} ${state.padEnd(STATE_WIDTH)}  ${NAMES[id].padEnd(width)}  `;
    const cost =
      tx?.feeWei === null || tx === null
        ? []
        : [`in block ${tx.block ?? '?'} (gas ${tx.gasUsed ?? '?'}, fee ${ether(tx.feeWei)} ETH)`];
    return [
      ...fitted(head, safeText(detail)),
      ...(tx === null ? [] : [INDENT + tx.txHash]),
      ...cost.map((line) => INDENT + line),
      // In one piece, whatever its length: it is there to be copied.
      ...(call === null ? [] : callLines(call).map((line) => INDENT + line)),
      ...(next === null ? [] : nextLines(safeText(next))),
    ];
  });
}

/** A sentence a line at least: what is broken into two lines is no command any more. */
function nextLines(next: string): string[] {
  const [first = '', ...rest] = next.split(/(?<=\.) (?=[A-Z])/);
  return [...hanging(`next: ${first}`), ...rest.flatMap((sentence) => hanging(`→ ${sentence}`))];
}

/** A call as somebody else has to make it. */
export function callLines({to, data, valueWei}: CallReport): string[] {
  return [`to    ${to}`, `value ${valueWei}`, `data  ${data}`];
}

const PRECONDITION_SIGNS: Readonly<Record<Precondition['state'], string>> = {
  ok: '✓',
  fail: '✗',
  cooldown: '…',
  warn: '!',
  unknown: '?',
};

/** Preconditions, one a line, what to do below those that are not met. */
export function renderPreconditions(list: readonly Precondition[]): string[] {
  const width = Math.max(0, ...list.map(({id}) => id.length));
  const marked = list.some(({done}) => done === true);
  return list.flatMap(({id, state, current, needed, next, clearsAt, done}) => {
    const mark = marked ? (done === true ? 'already' : '').padEnd('already '.length) : '';
    const wanted = state === 'ok' ? '' : `  (needed: ${needed})`;
    const when = clearsAt === undefined ? '' : `, clears ${clearsAt.at}`;
    const head = `${PRECONDITION_SIGNS[state]} ${mark}${id.padEnd(width)}  `;
    return [
      ...fitted(head, safeText(`${current}${wanted}${when}`)),
      ...(state === 'ok' || next === null ? [] : nextLines(safeText(next))),
    ];
  });
}

/** The whole answer for people. */
export function renderRegister(report: RegisterReport): string {
  const {steps, preconditions, flow, operatorId, quorums, socket} = report;
  const facts = [
    ...(operatorId === null ? [] : [`operator id ${operatorId}`]),
    ...(quorums.length === 0
      ? []
      : [`${flow === 'operator-sets' ? 'sets' : 'quorums'} ${quorums.join(', ')}`]),
    ...(socket === null ? [] : [`socket ${safeText(socket)}`]),
  ];
  const unmet = preconditions.filter(({state}) => state !== 'ok');
  return [...renderSteps(steps), ...facts, ...renderPreconditions(unmet)].join('\n');
}
