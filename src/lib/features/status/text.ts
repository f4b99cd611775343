import {middle, wrap} from '../../foundation/text/cells.ts';
import {duration} from '../../foundation/text/duration.ts';
import type {StatusResult} from './result.ts';
import type {LinkState} from './link.ts';
import {count, OUTAGE_CAUSES} from '../../foundation/text/words.ts';
import {ether, percent, shortDecimal} from '../../foundation/text/amounts.ts';
import type {Level} from '../../node/events/describe.ts';
import type {Paint} from '../../node/events/lines.ts';
import {safeText} from '../../foundation/text/safe-text.ts';

export type StatusStyle = {paint: Paint; ascii: boolean};

const WIDTH = 80;
/** Mark and name of a link, label of a row. */
const LABEL = 23;

const MARKS: Readonly<Record<LinkState, {mark: string; ascii: string; level: Level}>> = {
  ok: {mark: '✓', ascii: '+', level: 'info'},
  warn: {mark: '!', ascii: '!', level: 'warn'},
  fail: {mark: '✗', ascii: 'x', level: 'error'},
  unknown: {mark: '?', ascii: '?', level: 'warn'},
  pending: {mark: '…', ascii: '~', level: 'warn'},
};

const HEADS: Readonly<Record<StatusResult['verdict']['state'], {text: string; level: Level}>> = {
  earning: {text: 'EARNING', level: 'info'},
  not_earning: {text: 'NOT EARNING', level: 'error'},
  degraded: {text: 'EARNING, BUT LOOK', level: 'warn'},
  unknown: {text: 'UNKNOWN', level: 'warn'},
};

/** The status for people: the answer, the first broken link and what to do, then everything else; 80 columns. */
export function statusText(result: StatusResult, {paint, ascii}: StatusStyle): string {
  const lines = [
    ...headLines(result, paint),
    '',
    ...linkLines(result, {paint, ascii}),
    '',
    ...detailLines(result),
  ];
  const text = lines.join('\n');
  return ascii
    ? text.replaceAll('–', '-').replaceAll('→', '->').replaceAll('…', '...').replaceAll('’', "'")
    : text;
}

function headLines({verdict, links, nodeId: id, network}: StatusResult, paint: Paint): string[] {
  const {text, level} = HEADS[verdict.state];
  const idle =
    verdict.idle === true && (verdict.state === 'earning' || verdict.state === 'degraded') ? ' (idle)' : '';
  const broken = verdict.brokenLink === null ? '' : `: ${nameOf(verdict.brokenLink)}`;
  const head = paint(level, `${text}${idle}${broken}`);
  const who = `  ${id} on ${safeText(network, 20)}`;
  const evidence = links.find((link) => link.id === verdict.brokenLink)?.evidence;
  const told = evidence ?? 'The node does what it is paid for; whether it is paid, the chain cannot tell.';
  return [
    head,
    who,
    ...indent(wrap(safeText(told), WIDTH - 2)),
    ...(verdict.next === null ? [] : indent(wrap(`→ ${safeText(verdict.next)}`, WIDTH - 2))),
  ];
}

function linkLines({links}: StatusResult, {paint, ascii}: StatusStyle): string[] {
  return links.flatMap(({id, state, evidence, next}, index) => {
    // The links of one source that did not answer all say the same.
    const isSaid = links.slice(0, index).some((before) => before.state === state && before.next === next);
    const {mark, ascii: plain, level} = MARKS[state];
    const label = ` ${nameOf(id)}`.padEnd(LABEL - 1);
    const [first = '', ...rest] = wrap(safeText(evidence), WIDTH - LABEL);
    const what =
      next === null || state === 'ok' || (state === 'unknown' && isSaid)
        ? []
        : wrap(`→ ${safeText(next)}`, WIDTH - LABEL);
    return [`${paint(level, ascii ? plain : mark)}${label}${first}`, ...indent([...rest, ...what], LABEL)];
  });
}

function detailLines(result: StatusResult): string[] {
  return [
    ...row('avs', avsText(result)),
    ...result.avs.quorums.flatMap((quorum) => row(quorumName(result, quorum.number), quorumText(quorum))),
    ...result.stake.flatMap((stake) => row('stake', stakeText(stake))),
    ...row('sampling', samplingText(result)),
    ...(result.sampling.vrfPublicKey === null ? [] : row('vrf key', result.sampling.vrfPublicKey)),
    ...row('penalty', penaltyText(result)),
    ...row('moratorium', moratoriumText(result)),
    ...livenessRows(result),
    ...row('gas', gasText(result)),
    ...row('chain', chainText(result)),
  ];
}

function avsText({avs}: StatusResult): string {
  if (avs.state === 'unknown') return `unknown (${avs.reason})`;
  const id = avs.operatorId === null ? '' : `, operator id ${avs.operatorId}`;
  const socket = avs.socket === null ? '' : `, socket ${avs.socket}`;
  return `${avs.state.replace('_', ' ')} (${avs.flow})${id}${socket}`;
}

type Quorum = StatusResult['avs']['quorums'][number];

const quorumName = ({avs}: StatusResult, number: number): string =>
  avs.flow === 'operator-sets' ? `operator set ${number}` : `quorum ${number}`;

function quorumText({member, weight, recorded, total, minimum, operators}: Quorum): string {
  const figure = (value: bigint): string => ether(value, 4);
  return [
    member === null ? 'member unknown' : member ? 'member' : 'not a member',
    ...(weight === null ? [] : [`weight ${figure(weight)}`]),
    ...(recorded === null || recorded === weight || member !== true ? [] : [`recorded ${figure(recorded)}`]),
    ...(minimum === null ? [] : [`minimum ${figure(minimum)}`]),
    ...(total === null || recorded === null || total === 0n ? [] : [`${percent(recorded, total)} of all`]),
    ...(operators === null ? [] : [count(operators, 'operator')]),
  ].join(', ');
}

function stakeText({
  symbol,
  decimals,
  amount,
  shares,
  strategy,
  quorums,
}: StatusResult['stake'][number]): string {
  const held =
    amount !== null && decimals !== null
      ? `${shortDecimal(amount, decimals, 6)} ${symbol ?? 'tokens'}`
      : shares === null
        ? 'unknown'
        : `${ether(shares, 6)} shares`;
  const numbers = quorums.map(({number}) => number).join(', ');
  const where =
    quorums.length === 0
      ? ''
      : `, counts in ${count(quorums.length, 'quorum').replace(/^\d+ /, '')} ${numbers}`;
  return `${held} (${middle(strategy, 13)})${where}`;
}

function samplingText({sampling}: StatusResult): string {
  if (sampling.state === 'unknown') return `unknown (${sampling.reason})`;
  const {start, end, max, source} = sampling;
  const share = end > start ? percent(end - start, max) : '0 %';
  return `${start}–${end} of ${max}, ${share} of all jobs (${source})`;
}

function penaltyText({policy}: StatusResult): string {
  return `${ether(policy.penaltyWei)} ETH for each longer offline period or failed check (${policy.penaltySource})`;
}

function moratoriumText({policy: {moratorium}}: StatusResult): string {
  const ledger =
    moratorium.ledgerUntil === null
      ? ''
      : `; the penalty ledger says until ${moratorium.ledgerUntil.slice(0, 10)}`;
  if (moratorium.state === 'unknown') return `unknown (${moratorium.reason})${ledger}`;
  const state = moratorium.state === 'in_force' ? 'in force until' : 'over since';
  return `${state} ${moratorium.until.slice(0, 10)} (${moratorium.source})${ledger}`;
}

function livenessRows({liveness, policy}: StatusResult): string[] {
  const whole = duration(policy.offlineGraceMs);
  if (liveness.state === 'unknown')
    return row('offline grace', `${whole}; what is left of it is unknown (${liveness.reason})`);
  const {graceLeftMs: left, outages, probes} = liveness;
  const [latest] = outages;
  const grace =
    left === null
      ? `${whole}; the network has not asked yet`
      : `${duration(left)} of ${whole} left, ${count(probes, 'probe')} answered`;
  if (latest === undefined) return row('offline grace', grace);
  const end = latest.end === null ? 'now' : latest.end.slice(0, 16);
  const text = `${count(outages.length, 'silence')} recorded, the last ${latest.start.slice(0, 16)} to ${end}, ${duration(latest.durationMs)}: ${OUTAGE_CAUSES[latest.cause]}`;
  return [...row('offline grace', grace), ...row('outages', text)];
}

function gasText({gas}: StatusResult): string {
  if (gas.state === 'unknown') return `unknown (${gas.reason})`;
  const pays =
    gas.transactions === null ? 'price unknown' : `pays for about ${gas.transactions} transactions`;
  return `${ether(gas.balanceWei, 6)} ETH, ${pays}`;
}

function chainText({chain}: StatusResult): string {
  if (chain.state === 'unknown') return `unknown (${chain.reason})`;
  return `id ${chain.chainId}, block ${chain.block} of ${chain.blockAt.slice(0, 19)}Z by ${chain.endpoint}`;
}

function row(label: string, text: string): string[] {
  const [first = '', ...rest] = wrap(safeText(text), WIDTH - LABEL);
  return [`  ${label}`.padEnd(LABEL) + first, ...indent(rest, LABEL)];
}

function indent(lines: readonly string[], by = 2): string[] {
  return lines.map((line) => ' '.repeat(by) + line);
}

function nameOf(id: string): string {
  return id.replaceAll('_', ' ');
}
