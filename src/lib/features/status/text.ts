import {middle, wrap} from '../../foundation/text/cells.ts';
import {proxyUseText} from '../../foundation/system/proxy-choice.ts';
import {duration} from '../../foundation/time/duration.ts';
import {chainRows, rateRows} from './earning-text.ts';
import type {StatusResult} from './result.ts';
import {count, OUTAGE_CAUSES} from '../../foundation/text/words.ts';
import {ether, percent, shortDecimal} from '../../foundation/text/amounts.ts';
import {
  checkLines,
  hangingRows,
  plainText,
  stepLines,
  type ListedCheck,
  type ListStyle,
} from '../../cli/check-list.ts';
import {MUTE_END} from '../../node/events/mute-end.ts';
import type {GroupWords} from '../../peers/chain/flows/flow.ts';
import {flowNamed} from '../../peers/chain/flows/list.ts';
import type {Tone} from '../../cli/palette.ts';
import {shareText} from '../../protocol/vrf/share.ts';

/** Cells of the names of links and rows: the longest, `eigenlayer operator`. */
const NAMES = 19;

const HEADS: Readonly<Record<StatusResult['verdict']['state'], {text: string; tone: Tone}>> = {
  earning: {text: 'EARNING', tone: 'ok'},
  not_earning: {text: 'NOT EARNING', tone: 'fail'},
  degraded: {text: 'EARNING, WITH WARNINGS', tone: 'warn'},
  unknown: {text: 'UNKNOWN', tone: 'unknown'},
};

/** The status for people: the answer, the first broken link and what to do, then everything else. */
export function statusText(result: StatusResult, style: ListStyle): string {
  return [
    ...headLines(result, style),
    '',
    ...checkLines(linksOf(result), style, NAMES),
    '',
    ...hangingRows(
      detailRows(result).map(({name, text}) => ({sign: ' ', name, texts: [text]})),
      style,
      NAMES,
    ),
  ].join('\n');
}

function headLines(
  {verdict, links, nodeId: id, network, alertsMutedUntil: muted}: StatusResult,
  style: ListStyle,
): string[] {
  const {paint, width} = style;
  const {text, tone} = HEADS[verdict.state];
  const idle =
    verdict.idle === true && (verdict.state === 'earning' || verdict.state === 'degraded') ? ' (idle)' : '';
  const broken = verdict.brokenLink === null ? '' : `: ${nameOf(verdict.brokenLink)}`;
  const found = links.find((link) => link.id === verdict.brokenLink)?.found;
  const summary = found ?? 'Doing its work. Payment itself is not visible on chain.';
  const lines = [
    ...[`${id} on ${network}`, summary].flatMap((line) => wrap(plainText(line, style), width - 2)),
    ...(verdict.next === null ? [] : stepLines(verdict.next, style, width - 2)),
    ...(muted === null ? [] : [`Alerts are muted until ${muted}.`, ...stepLines(MUTE_END, style, width - 2)]),
  ];
  return [paint(tone, `${text}${idle}${broken}`), ...lines.map((line) => `  ${line}`)];
}

/** The links with their names; those of one source that did not answer all say the same, so the next step comes once. */
function linksOf({links}: StatusResult): ListedCheck[] {
  return links.map(({id, state, found, next}, index) => {
    const isSaid =
      state === 'unknown' &&
      links.slice(0, index).some((before) => before.state === state && before.next?.say === next?.say);
    return {id: nameOf(id), state, found, next: isSaid ? null : next};
  });
}

type Row = {name: string; text: string};

function detailRows(result: StatusResult): Row[] {
  return [
    ...row('avs', avsText(result)),
    ...result.avs.quorums.flatMap((quorum) =>
      row(`${groupOf(result).one} ${quorum.number}`, quorumText(quorum)),
    ),
    ...result.stake.flatMap((stake) => row('stake', stakeText(stake, groupOf(result)))),
    ...chainRows(result),
    ...row('sampling', samplingText(result)),
    ...(result.sampling.vrfPublicKey === null ? [] : row('vrf key', result.sampling.vrfPublicKey)),
    ...row('penalty', penaltyText(result)),
    ...row('moratorium', moratoriumText(result)),
    ...rateRows(result),
    ...jobsRows(result),
    ...livenessRows(result),
    ...row('gas', gasText(result)),
    ...row('chain', chainText(result)),
    ...(result.metricsUrl === null ? [] : row('metrics', `${result.metricsUrl}/metrics`)),
    ...result.proxies.flatMap((use) => row('proxy', proxyUseText(use))),
  ];
}

function avsText({avs}: StatusResult): string {
  if (avs.state === 'unknown') return `unknown (${avs.reason})`;
  const id = avs.operatorId === null ? '' : `, operator id ${avs.operatorId}`;
  const socket = avs.socket === null ? '' : `, socket ${avs.socket}`;
  return `${avs.state.replace('_', ' ')} (${avs.flow})${id}${socket}`;
}

type Quorum = StatusResult['avs']['quorums'][number];

/** What the operator is in, e.g. `quorum`. */
const groupOf = ({avs}: StatusResult): GroupWords =>
  avs.flow === null ? {one: 'quorum', many: 'quorums'} : flowNamed(avs.flow).words.group;

function quorumText(quorum: Quorum): string {
  const {member, weight, recorded, total, minimum, operators, slashableUntil} = quorum;
  const figure = (value: bigint): string => ether(value, 4);
  return [
    member === null ? 'member unknown' : member ? 'member' : 'not a member',
    ...(slashableUntil === undefined ? [] : [`slashable until block ${slashableUntil}`]),
    ...(weight === null ? [] : [`weight ${figure(weight)}`]),
    ...(recorded === null || recorded === weight || member !== true ? [] : [`recorded ${figure(recorded)}`]),
    ...(minimum === null ? [] : [`minimum ${figure(minimum)}`]),
    ...(total === null || recorded === null || total === 0n ? [] : [`${percent(recorded, total)} of all`]),
    ...(operators === null ? [] : [count(operators, 'operator')]),
  ].join(', ');
}

function stakeText(stake: StatusResult['stake'][number], group: GroupWords): string {
  const {symbol, decimals, amount, shares, strategy, quorums} = stake;
  const held =
    amount !== null && decimals !== null
      ? `${shortDecimal(amount, decimals, 6)} ${symbol ?? 'tokens'}`
      : shares === null
        ? 'unknown'
        : `${ether(shares, 6)} shares`;
  const numbers = quorums.map(({number}) => number).join(', ');
  const where =
    quorums.length === 0 ? '' : `, counts in ${quorums.length === 1 ? group.one : group.many} ${numbers}`;
  return `${held} (${middle(strategy, 13)})${where}`;
}

function samplingText({sampling}: StatusResult): string {
  if (sampling.state === 'unknown') return `unknown (${sampling.reason})`;
  const {start, end, numbers, source} = sampling;
  return `${start}–${end} of ${numbers}, ${shareText({start, end, numbers})} (${source})`;
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

/** Only what the links do not say: how often jobs come, and when none for too long is a problem. */
function jobsRows({jobs}: StatusResult): Row[] {
  if (jobs.state === 'unknown' || jobs.noJobAfterMs === null) return [];
  const usual =
    jobs.usualGapMs === null ? 'too few to say how often' : `usually one every ${duration(jobs.usualGapMs)}`;
  return row('jobs come', `${usual}; none for ${duration(jobs.noJobAfterMs)} is a problem`);
}

function livenessRows({liveness, policy}: StatusResult): Row[] {
  const whole = duration(policy.offlineGraceMs);
  if (liveness.state === 'unknown')
    return row('offline allowance', `${whole}; what is left of it is unknown (${liveness.reason})`);
  const {allowanceLeftMs: left, outages, probes} = liveness;
  const [latest] = outages;
  const allowance =
    left === null
      ? `${whole}; the network has not asked yet`
      : `${duration(left)} of ${whole} left, ${count(probes, 'probe')} answered`;
  if (latest === undefined) return row('offline allowance', allowance);
  const end = latest.end === null ? 'now' : latest.end.slice(0, 16);
  const text = `${count(outages.length, 'outage')} recorded, the last ${latest.start.slice(0, 16)} to ${end}, ${duration(latest.durationMs)}: ${OUTAGE_CAUSES[latest.cause]}`;
  return [...row('offline allowance', allowance), ...row('outages', text)];
}

function gasText({gas}: StatusResult): string {
  if (gas.state === 'unknown') return `unknown (${gas.reason})`;
  const pays =
    gas.transactions === null ? 'price unknown' : `pays for about ${gas.transactions} registrations`;
  return `${ether(gas.balanceWei, 6)} ETH, ${pays}`;
}

function chainText({chain}: StatusResult): string {
  if (chain.state === 'unknown') return `unknown (${chain.reason})`;
  return `id ${chain.chainId}, block ${chain.block} of ${chain.blockAt.slice(0, 19)}Z by ${chain.endpoint}`;
}

const row = (name: string, text: string): Row[] => [{name, text}];

function nameOf(id: string): string {
  return id.replaceAll('_', ' ');
}
