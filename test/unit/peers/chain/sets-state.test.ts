import {expect, it} from 'vitest';
import type {SetFacts, SetsFacts} from '../../../../src/lib/peers/chain/flows/sets-facts.ts';
import {setsState} from '../../../../src/lib/peers/chain/flows/sets-state.ts';

const set = (id: number, member: boolean | null): SetFacts => ({
  id,
  member,
  slashable: member,
  curve: 'none',
  keyRegistered: null,
  allowed: null,
});
const facts = (sets: readonly SetFacts[], listed: boolean): SetsFacts => ({
  setCount: 1,
  sets,
  listed,
  unfound: 0,
  paused: false,
  registrar: null,
  registrarServesAvs: true,
  permitted: true,
  keysPermitted: true,
  allocationDelay: null,
  deallocationDelay: null,
  leaving: null,
  ejectedUntil: null,
});

it.each<[string, readonly SetFacts[], boolean, boolean | null]>([
  ['in none', [set(0, false)], true, false],
  ['in none of no sets', [], true, false],
  ['in one', [set(0, false), set(100, true)], true, true],
  ['without the list of its sets, in none of those that were read', [set(0, false)], false, null],
  ['without the list of its sets, with no set that was read', [], false, null],
  ['without the list of its sets, in one: there may be more', [set(0, true)], false, null],
  ['with a set that did not answer', [set(0, true), set(100, null)], true, null],
])('an operator is %s', (_name, sets, listed, known) => {
  expect(setsState(facts(sets, listed), null).known).toBe(known);
});

it('names the sets that the operator is in beside those that were asked for', () => {
  const state = setsState(facts([set(3, false), set(100, true)], true), [3]);
  expect(state).toMatchObject({groups: [100], joining: [3], registered: false, known: true});
});
