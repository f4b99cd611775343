import {run, say} from '../../../foundation/next-step/next-step.ts';
import {chainTime} from '../../../foundation/time/time.ts';
import type {SetFacts, SetsFacts} from './sets-facts.ts';
import {setKey, type PlannedKeys} from './sets-keys.ts';
import {
  pending,
  done,
  fail,
  ok,
  pause,
  REGISTRATION,
  unknown,
  warn,
  type Precondition,
} from '../precondition.ts';

export type SetsRequest = {
  /** Set ids; null for all sets. */
  sets: readonly number[] | null;
  /** The keys that would be registered; null where the registrar wants none. */
  keys: PlannedKeys | null;
  /** Chain time in Unix seconds, and its block. */
  now: bigint;
  block: bigint;
};

/** Returns the preconditions of a registration for operator sets. */
export function setsPreconditions(facts: SetsFacts, request: SetsRequest): Precondition[] {
  const wanted = facts.sets.filter(({id}) => request.sets === null || request.sets.includes(id));
  const open = wanted.filter(({member}) => member !== true);
  const first = registration(facts, wanted, open);
  if (first.done === true)
    return [first, ...(facts.unfound === 0 ? [] : [setChoice(facts, request.sets, wanted)])];
  return [
    first,
    setChoice(facts, request.sets, wanted),
    registrar(facts),
    ...pause('allocation-manager-pause', facts.paused, 'AllocationManager'),
    permission('permission', facts.permitted),
    ...(open.some(needsKey) ? [permission('key-permission', facts.keysPermitted)] : []),
    ...ejection(facts.ejectedUntil, request.now),
    ...open.flatMap((set) => [
      slashability(set, facts, request),
      ...allowlist(set),
      ...(request.keys === null ? [] : setKey(set, open, request.keys)),
    ]),
    allocationDelay(facts.allocationDelay),
  ];
}

const list = (sets: readonly SetFacts[]): string => sets.map(({id}) => id).join(', ');

function registration(
  {setCount}: SetsFacts,
  wanted: readonly SetFacts[],
  open: readonly SetFacts[],
): Precondition {
  if (setCount === null)
    return unknown(REGISTRATION, 'AllocationManager did not answer', 'in the operator sets');
  if (wanted.length > 0 && open.length === 0)
    return done(REGISTRATION, `in the operator sets ${list(wanted)}`, `in the operator sets ${list(wanted)}`);
  const members = wanted.filter(({member}) => member === true);
  return ok(
    REGISTRATION,
    members.length === 0 ? 'in no operator set' : `in the operator sets ${list(members)}`,
    `in the operator sets ${list(wanted)}`,
  );
}

function setChoice(
  {setCount, sets, unfound}: SetsFacts,
  request: readonly number[] | null,
  wanted: readonly SetFacts[],
): Precondition {
  const [id, needed] = ['operator-sets', 'at least one operator set'];
  if (setCount === null) return unknown(id, 'AllocationManager did not answer', needed);
  const absent = (request ?? []).filter((number) => !sets.some((set) => set.id === number));
  if (absent.length > 0)
    return fail(id, `no such set: ${absent.join(', ')}`, 'sets of this AVS', say('Correct --quorums.'));
  if (wanted.length === 0)
    return setCount === 0
      ? fail(id, 'the AVS has none', needed, say('Ask the AOS team.'))
      : fail(
          id,
          `the AVS has ${setCount}, with ids the toolkit did not find`,
          needed,
          say('Name them with --quorums.'),
        );
  if (unfound === 0) return ok(id, list(wanted), needed);
  return warn(
    id,
    `${list(wanted)}; ${unfound} more, with ids that the toolkit did not find`,
    needed,
    say('Nothing to do for these; ask the AVS for the ids of the others, and name them with --quorums.'),
  );
}

function registrar({registrar: address, registrarServesAvs}: SetsFacts): Precondition {
  const [id, needed] = ['registrar', 'a registrar that serves the AVS'];
  if (address === null)
    return fail(
      id,
      'none',
      needed,
      say('The AVS accepts no operators in this flow: ask the AOS team, or check --flow.'),
    );
  if (registrarServesAvs === false)
    return fail(id, `${address} does not serve it`, needed, say('Ask the AOS team.'));
  return ok(id, address, needed);
}

const needsKey = ({curve, keyRegistered}: SetFacts): boolean =>
  curve !== null && curve !== 'none' && keyRegistered !== true;

const PERMISSIONS = {
  permission: 'the operator may act for itself',
  'key-permission': 'the operator may register its own keys',
} as const;

function permission(id: keyof typeof PERMISSIONS, permitted: boolean | null): Precondition {
  const needed = PERMISSIONS[id];
  if (permitted === null) return ok(id, 'not checked: the chain names no PermissionController', needed);
  if (permitted) return ok(id, 'yes', needed);
  return fail(
    id,
    'no: it has other admins',
    needed,
    run('register', ['--calldata'], 'Have an admin or appointee send the calls'),
  );
}

function ejection(until: bigint | null, now: bigint): Precondition[] {
  if (until === null || until <= now) return [];
  return [
    pending('ejection-cooldown', `ejected, ${until - now} s to wait`, 'no cool-down after an ejection', {
      at: chainTime(until),
      block: null,
    }),
  ];
}

/** Judges a left set, which may slash the operator and refuses it for DEALLOCATION_DELAY blocks. */
function slashability(
  {id: set, slashable}: SetFacts,
  {leaving}: SetsFacts,
  {now, block}: SetsRequest,
): Precondition {
  const [id, needed] = [`set-${set}-left`, 'not left within the deallocation delay'];
  if (slashable === null) return unknown(id, 'AllocationManager did not answer', needed);
  if (!slashable) return ok(id, 'no', needed);
  if (leaving === null) return unknown(id, 'AllocationManager did not answer its delay', needed);
  const found = leaving.until.get(set);
  const last = found ?? leaving.latest;
  const seconds = Math.round(Number(last + 1n - block) * leaving.secondsPerBlock);
  const current = `left, slashable until block ${last}${found === undefined ? ' at the latest' : ''}`;
  return pending(id, current, needed, {at: chainTime(now + BigInt(seconds)), block: last + 1n});
}

/** Judges the list of a registrar that has one: it refuses the others after their keys are spent. */
function allowlist({id: set, allowed}: SetFacts): Precondition[] {
  const [id, needed] = [`set-${set}-allowlist`, 'on the allowlist of the AVS for the set'];
  if (allowed === null) return [];
  if (allowed) return [ok(id, 'yes', needed)];
  const next = say(`Ask the AVS to put the operator on its allowlist for set ${set}.`);
  return [fail(id, `not on the allowlist of set ${set}`, needed, next)];
}

function allocationDelay(delay: number | null): Precondition {
  const [id, needed] = ['allocation-delay', 'set, to allocate stake later'];
  if (delay !== null) return ok(id, `${delay} blocks`, needed);
  return warn(
    id,
    'not set',
    needed,
    say('Nothing to do to register; stake cannot be allocated before it is set.'),
  );
}
