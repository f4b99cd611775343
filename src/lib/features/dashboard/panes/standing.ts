import {middle} from '../../../foundation/text/cells.ts';
import {ether, percent, shortDecimal} from '../../../foundation/text/amounts.ts';
import {count} from '../../../foundation/text/words.ts';
import type {JobRate} from '../../../node/events/rates.ts';
import type {StandingFacts, StandingFigures} from '../../../node/events/standing.ts';
import {age, coarseAge, millis} from '../model/ages.ts';
import {joinFitting, shown, span, type Line, type Tone} from '../model/line.ts';
import {UNKNOWN} from './facts.ts';
import type {Scene} from './scene.ts';
import {indent, label, LABEL} from './title.ts';

/** All of an operator's stake in a strategy, as AllocationManager counts it. */
const WHOLE = 10n ** 18n;
/** Blocks of this chain take so long (docs/protocol.md#network-figures). */
const BLOCK_MS = 5_000;
/** The chain is read once a minute. */
const STALE_MS = 5 * 60_000;

/**
 * Draws what the chain says of the operator, and what became of its jobs: two lines, or a line for each matter where there
 * is room.
 */
export function standingLines(scene: Scene, width: number, isTall: boolean): Line[] {
  const {data, ui, now} = scene;
  const {standing} = data.view;
  const room = width - LABEL;
  const groups = groupsOf(standing, {now, head: data.view.block?.number ?? null});
  // What needs an eye comes before what is well, because the end of a line may have no room.
  const lines = (isTall ? groups : [groups.flat()]).map((parts) =>
    parts.toSorted((a, b) => calmOf(a) - calmOf(b)),
  );
  const [first = [], ...others] = lines.map((parts) => joinFitting(parts, room));
  return [
    [...label('standing', ui, 'ON CHAIN'), ...first],
    ...others.map((line): Line => [...indent(), ...line]),
    ...ratesLines(scene, room, isTall),
  ];
}

const calmOf = (part: Line): number => (part.some(({tone}) => LOUD.has(tone)) ? 0 : 1);

const LOUD: ReadonlySet<Tone> = new Set<Tone>(['fail', 'warn', 'wait', 'unknown']);

/** The matters, the most needed first. */
function groupsOf(
  standing: Scene['data']['view']['standing'],
  {now, head}: {now: number; head: string | null},
): Line[][] {
  const figures = standing?.figures ?? null;
  if (standing === null || figures === null) return [[notRead(standing)]];
  const block = newestOf(figures, head);
  const groups = [
    [
      ...staleness(standing, now),
      registration(figures),
      ...figures.quorums.filter(({member}) => member === true).map((quorum) => quorumPart(figures, quorum)),
    ],
    [...challenges(figures, block), ...penalties(figures)],
    [...pendingStake(figures, block), ...stakes(figures)],
    [gas(figures), ...claimer(figures), ...readAge(standing, now)],
    rewards(figures),
  ];
  return groups.filter((parts) => parts.length > 0);
}

/** What is left is counted from the newest block: the figures are up to a minute old. */
function newestOf({block}: StandingFigures, head: string | null): bigint {
  const read = BigInt(block);
  return head !== null && BigInt(head) > read ? BigInt(head) : read;
}

function notRead(standing: StandingFacts | null): Line {
  const why = standing?.failure ?? null;
  return why === null
    ? [UNKNOWN, span(' the chain was not read yet', 'dim')]
    : [UNKNOWN, span(` the chain cannot be read: ${shown(why.message)}`, 'warn')];
}

function staleness({readAt, failure}: StandingFacts, now: number): Line[] {
  const ms = now - (readAt ?? now);
  if (ms <= STALE_MS && failure === null) return [];
  return [[span(`${ms > STALE_MS ? 'stale' : 'read'} ${age(ms)}${ms > STALE_MS ? '' : ' ago'}`, 'unknown')]];
}

const readAge = ({readAt}: StandingFacts, now: number): Line[] =>
  readAt === null ? [] : [[span(`read ${coarseAge(now - readAt)} ago`, 'dim')]];

function registration({registration: {state, flow}}: StandingFigures): Line {
  const words: Readonly<Record<typeof state, [string, Tone]>> = {
    registered: ['registered', 'plain'],
    not_registered: ['NOT REGISTERED', 'fail'],
    deregistered: ['NOT REGISTERED ANY MORE', 'fail'],
    unknown: ['registration ?', 'unknown'],
  };
  const [text, tone] = words[state];
  return [span(text, tone), span(flow === null ? '' : ` (${shown(flow, 20)})`, 'dim')];
}

const LEAST_SHOWN = 10n ** 16n;

/** `quorum 0 stake 132.5 (≥ 10)`: the weight that the registry recorded, the one that its next update finds, and the minimum. */
function quorumPart(
  {registration}: StandingFigures,
  {number, weight, recorded, minimum}: StandingFigures['quorums'][number],
): Line {
  const name = registration.group === 'quorum' ? 'quorum' : 'set';
  if (weight === null) return [span(`${name} ${number}`)];
  const least = minimum === null ? null : BigInt(minimum);
  const isUnder = least !== null && BigInt(weight) < least;
  // A minimum of a few smallest units says nothing in tokens.
  const needed = least === null || least < LEAST_SHOWN ? '' : ` (≥ ${shortDecimal(least, 18, 2)})`;
  const next = shortDecimal(BigInt(weight), 18, 2);
  const isDue = recorded !== null && recorded !== weight;
  const figures = isDue ? `${shortDecimal(BigInt(recorded), 18, 2)} recorded, ${next} due` : next;
  return [span(`${name} ${number} stake `), span(`${figures}${needed}`, isUnder ? 'fail' : 'plain')];
}

/** The newest deadline comes last: the first one that ends is shown. */
function challenges({challenges: all}: StandingFigures, block: bigint): Line[] {
  if (all === null) return [[span('challenges '), UNKNOWN]];
  const [first] = all.open;
  if (first === undefined) return [[span('no challenge open', 'dim')]];
  const deadline = all.open.reduce(
    (least, {deadlineBlock}) => (BigInt(deadlineBlock) < least ? BigInt(deadlineBlock) : least),
    BigInt(first.deadlineBlock),
  );
  const left = deadline > block ? deadline - block : 0n;
  const time = age(Number(left) * BLOCK_MS);
  return [[span(`${count(all.open.length, 'challenge')} open, ${left} blocks (${time}) left`, 'fail')]];
}

function penalties({penalties: all, stake}: StandingFigures): Line[] {
  const slashed = stake.filter(({maxMagnitude}) => maxMagnitude !== null && BigInt(maxMagnitude) < WHOLE);
  const cuts = slashed.map(({symbol, strategy, maxMagnitude}): Line => [
    span(
      `slashed: ${percent(WHOLE - BigInt(maxMagnitude ?? '0'), WHOLE)} of ${symbol === null ? middle(strategy, 11) : shown(symbol, 12)}`,
      'fail',
    ),
  ]);
  if (all === null) return cuts;
  if (all.length > 0) return [...cuts, [span(count(all.length, 'penalty', 'penalties'), 'fail')]];
  return cuts.length > 0 ? cuts : [[span('not slashed', 'dim')]];
}

/** Changes of allocations that take effect at a later block. */
function pendingStake({allocations}: StandingFigures, block: bigint): Line[] {
  return (allocations ?? []).flatMap(({set, symbol, strategy, pendingDiff, effectBlock}): Line[] => {
    const diff = BigInt(pendingDiff);
    if (diff === 0n) return [];
    const name = symbol === null ? middle(strategy, 11) : shown(symbol, 12);
    const blocks = effectBlock === null ? 0n : BigInt(effectBlock) - block;
    const when = blocks > 0n ? `in ${blocks} blocks (${age(Number(blocks) * BLOCK_MS)})` : 'now';
    const change = `${diff > 0n ? '+' : '−'}${percent(diff < 0n ? -diff : diff, WHOLE)}`;
    return [[span(`pending: ${change} of ${name} to set ${set} ${when}`, 'wait')]];
  });
}

function stakes({stake}: StandingFigures): Line[] {
  return stake.flatMap(({amount, decimals, symbol, strategy}): Line[] =>
    amount === null || decimals === null
      ? []
      : [
          [
            span(
              `${shortDecimal(BigInt(amount), decimals, 3)} ${symbol === null ? middle(strategy, 11) : shown(symbol, 12)}`,
            ),
          ],
        ],
  );
}

function gas({gas: {balanceWei, registrations}}: StandingFigures): Line {
  const few = registrations !== null && registrations < 10;
  const pays =
    registrations === null ? '' : `, ${registrations > 999 ? '999+' : registrations} registrations`;
  return [span(`gas ${ether(BigInt(balanceWei), 3)} ETH${pays}`, few ? 'warn' : 'plain')];
}

function rewards({rewards: all}: StandingFigures): Line[] {
  if (all === null) return [];
  const claimed = all.claimed
    .filter(({amount}) => BigInt(amount) > 0n)
    .map(({amount, decimals, symbol, token}) => {
      const name = symbol === null ? middle(token, 11) : shown(symbol, 12);
      return `${decimals === null ? amount : shortDecimal(BigInt(amount), decimals, 3)} ${name}`;
    });
  return [
    [span(`claimed ${claimed.length === 0 ? 'nothing' : claimed.join(', ')}`)],
    [span('claimable: not known, needs EigenLayer’s sidecar', 'dim')],
  ];
}

function claimer({rewards: all}: StandingFigures): Line[] {
  if (all === null) return [];
  return [[span(`claimer ${all.claimer === null ? 'itself' : middle(shown(all.claimer, 50), 13)}`)]];
}

/** Draws answered of selected, and accepted of received, of the last hour and day. */
function ratesLines({data}: Scene, room: number, isTall: boolean): Line[] {
  const rates = data.view.work?.rates;
  const title = indent('  LAST');
  if (rates === undefined) return [[...title, UNKNOWN, span(' not counted yet', 'dim')]];
  const {hour, day} = rates;
  if (isTall)
    return [
      [...title, span('1 h   '), ...joinFitting(rateParts(hour), room - 6)],
      [...indent(), span('24 h  '), ...joinFitting(rateParts(day), room - 6)],
    ];
  return [
    [
      ...title,
      ...joinFitting(
        [
          [span(`1 h ${shortRate(hour, {answered: ' answered', accepted: ' accepted', p95: 'p95 '})}`)],
          [span(`24 h ${shortRate(day, {answered: '', accepted: '', p95: ''})}`, 'dim')],
        ],
        room,
      ),
    ],
  ];
}

function rateParts({received, accepted, selected, answered, p95Ms}: JobRate): Line[] {
  if (received === 0) return [[span('no job', 'dim')]];
  return [
    [span(`answered ${answered} of ${selected} selected`, answered < selected ? 'wait' : 'plain')],
    [span(`accepted ${accepted} of ${received}`, accepted < received ? 'wait' : 'plain')],
    ...(p95Ms === null ? [] : [[span(`95 % within ${millis(p95Ms)}`)]]),
  ];
}

/** `3/3 answered 12/12 accepted p95 80 ms`, or the figures alone. */
function shortRate(
  {received, accepted, selected, answered, p95Ms}: JobRate,
  words: {answered: string; accepted: string; p95: string},
): string {
  if (received === 0) return 'no job';
  const late = p95Ms === null ? '' : ` ${words.p95}${millis(p95Ms)}`;
  return `${answered}/${selected}${words.answered} ${accepted}/${received}${words.accepted}${late}`;
}
