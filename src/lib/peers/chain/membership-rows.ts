import {checksumAddress} from '../../protocol/wire/ethereum.ts';
import type {Departure, MembershipCause} from './membership-cause.ts';
import type {MembershipEvent} from './membership-events.ts';
import {row, rowPlace, type HistoryRow} from './slashing-rows.ts';

/**
 * Makes one row of all that one transaction logged about one departure: the registry, its quorums, the ejection manager and
 * AllocationManager each log it in their own words.
 */
export function membershipRows(
  events: readonly MembershipEvent[],
  causeOf: (txHash: string) => MembershipCause,
): HistoryRow[] {
  const hashes = [...new Set(events.map(({log}) => log.txHash))];
  return hashes.flatMap((txHash) => {
    const inOne = events.filter(({log}) => log.txHash === txHash);
    const out = inOne.filter(({way}) => way === 'out');
    const {sender, how} = causeOf(txHash);
    const isEjected = how === 'removed' && out.some(({source}) => source === 'ejection');
    const cause: MembershipCause = {sender, how: isEjected ? 'ejected' : how};
    return [
      ...inOne.filter(({way}) => way === 'in').map((event) => rowOf(event, cause, event.numbers)),
      ...mainOf(out).map((event) => rowOf(event, cause, numbersOf(event, out))),
    ];
  });
}

/** The events that say most about a departure, in this order. */
const MOST_SAID: readonly ((event: MembershipEvent) => boolean)[] = [
  ({source}) => source === 'set-changes',
  ({of}) => of === 'registry',
  ({of}) => of === 'set',
  ({source}) => source === 'ejection',
];

function mainOf(out: readonly MembershipEvent[]): readonly MembershipEvent[] {
  const first = MOST_SAID.find((fits) => out.some(fits));
  return first === undefined ? out : out.filter(first);
}

/** A departure from a whole registry is one from the quorums that the other events name. */
function numbersOf(event: MembershipEvent, out: readonly MembershipEvent[]): readonly number[] {
  if (event.of !== 'registry') return event.numbers;
  const quorums = out.filter(({of}) => of === 'quorum').flatMap(({numbers}) => numbers);
  return [...new Set(quorums)].sort((a, b) => a - b);
}

function rowOf(event: MembershipEvent, cause: MembershipCause, numbers: readonly number[]): HistoryRow {
  const {log, source, avs, of} = event;
  const [first = null] = numbers;
  return row({
    ...rowPlace(log),
    kind: event.way === 'in' || cause.how === 'left' ? 'registration' : 'ejection',
    source,
    avs,
    operatorSet: of !== 'registry' && numbers.length === 1 ? first : null,
    // AllocationManager lets an operator join by its own will only.
    description: event.way === 'in' ? `joined ${placeText(of, numbers)}` : departureText(of, cause, numbers),
    executed: true,
  });
}

function departureText(
  of: MembershipEvent['of'],
  {sender, how}: MembershipCause,
  numbers: readonly number[],
): string {
  const where = placeText(of, numbers);
  const by = senderText(sender);
  const quorums = of === 'registry' && numbers.length > 0 ? quorumsText(numbers) : null;
  const texts: Readonly<Record<Departure, string>> = {
    left: `left ${where}`,
    weighed: `removed from ${where}: its stake fell below the minimum${quorums === null ? '' : ` of ${quorums}`} (update sent by ${by})`,
    ejected:
      of === 'registry'
        ? `removed from ${where} by ${by}${quorums === null ? '' : `: ejected from ${quorums}`}`
        : `ejected from ${where} by ${by}`,
    replaced: `removed from ${where}: another operator took its place (sent by ${by})`,
    removed: `removed from ${where} by ${by}${quorums === null ? '' : `: ${quorums}`}`,
  };
  return texts[how];
}

function placeText(of: MembershipEvent['of'], numbers: readonly number[]): string {
  if (of === 'registry') return 'the registry';
  return of === 'quorum' ? quorumsText(numbers) : `operator set${plural(numbers)} ${numbers.join(', ')}`;
}

const quorumsText = (numbers: readonly number[]): string => `quorum${plural(numbers)} ${numbers.join(', ')}`;
const plural = (numbers: readonly number[]): string => (numbers.length === 1 ? '' : 's');
const senderText = (sender: string | null): string =>
  sender === null ? 'an unknown account' : checksumAddress(sender);
