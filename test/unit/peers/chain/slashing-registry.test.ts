import {describe, expect, it} from 'vitest';
import type {QuorumFacts} from '../../../../src/lib/peers/chain/flows/bls-quorums.ts';
import type {SetFacts} from '../../../../src/lib/peers/chain/flows/sets-facts.ts';
import type {CoordinatorFacts} from '../../../../src/lib/peers/chain/flows/slashing-registry-facts.ts';
import {
  coordinatorPreconditions,
  setsToJoin,
} from '../../../../src/lib/peers/chain/flows/slashing-registry-preconditions.ts';
import {readiness} from '../../../../src/lib/peers/chain/precondition.ts';

const ME = `0x${'11'.repeat(20)}` as const;
const KEY = `0x${'aa'.repeat(32)}` as const;

const set = (id: number, member = false): SetFacts => ({
  id,
  member,
  slashable: member,
  curve: null,
  keyRegistered: null,
  allowed: null,
});
const quorum = (number: number, changes: Partial<QuorumFacts> = {}): QuorumFacts => ({
  number,
  minimumStake: 5n,
  weight: 9n,
  operators: 0,
  maxOperators: 1,
  ...changes,
});
const facts = (
  sets: readonly SetFacts[],
  quorums: readonly QuorumFacts[],
  changes: Partial<CoordinatorFacts> = {},
): CoordinatorFacts => ({
  sets: {
    setCount: sets.length,
    sets,
    paused: false,
    registrar: ME,
    registrarServesAvs: true,
    permitted: true,
    keysPermitted: true,
    listed: true,
    unfound: 0,
    allocationDelay: 5,
    deallocationDelay: 10,
    leaving: null,
    ejectedUntil: null,
  },
  quorums,
  registryPaused: false,
  keyId: null,
  wantedKeyOwner: null,
  ...changes,
});
const LOW = {weight: 4n};

describe('a slashing registry', () => {
  it.each<[string, CoordinatorFacts, readonly number[] | null, string, string[]]>([
    ['ready', facts([set(0)], [quorum(0)]), null, 'ready', []],
    [
      'leaves out a set that wants more stake',
      facts([set(0), set(1)], [quorum(0), quorum(1, LOW)]),
      null,
      'ready',
      ['quorum-1-stake warn'],
    ],
    [
      'refuses one that was asked for',
      facts([set(0), set(1)], [quorum(0), quorum(1, LOW)]),
      [1],
      'fail',
      ['quorum-1-stake fail'],
    ],
    [
      'is not ready when no set takes the operator',
      facts([set(0)], [quorum(0, {operators: 1})]),
      null,
      'fail',
      ['quorums fail', 'quorum-0-seats warn'],
    ],
    ['a set that is no quorum', facts([set(0), set(7)], [quorum(0)]), [7], 'fail', ['quorum-7-stake fail']],
    [
      'a paused registry',
      facts([set(0)], [quorum(0)], {registryPaused: true}),
      null,
      'fail',
      ['registry-pause fail'],
    ],
    [
      'the BLS key of another',
      facts([set(0)], [quorum(0)], {wantedKeyOwner: `0x${'22'.repeat(20)}`}),
      null,
      'fail',
      ['bls-key fail'],
    ],
    [
      'in all that take it',
      facts([set(0, true), set(1)], [quorum(0), quorum(1, LOW)]),
      null,
      'registered',
      [],
    ],
    [
      'in the one that was asked for',
      facts([set(0, true), set(1)], [quorum(0), quorum(1)]),
      [0],
      'registered',
      [],
    ],
  ])('%s', (_name, seen, sets, state, problems) => {
    const list = coordinatorPreconditions(seen, {
      operator: ME,
      keyId: KEY,
      sets,
      keys: null,
      now: 1_000n,
      block: 100n,
    });
    expect(readiness(list)).toBe(state);
    expect(list.filter((one) => one.state !== 'ok').map((one) => `${one.id} ${one.state}`)).toEqual(problems);
  });

  it('joins what has a place, without a wish, and what is named, with one', () => {
    const seen = facts([set(0, true), set(1), set(2), set(7)], [quorum(0), quorum(1), quorum(2, LOW)]);
    expect(setsToJoin(seen, null)).toEqual([1]);
    expect(setsToJoin(seen, [0, 2])).toEqual([2]);
  });
});
