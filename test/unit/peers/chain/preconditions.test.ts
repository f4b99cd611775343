import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import fc from 'fast-check';
import type {Hex} from 'viem';
import {describe, expect, it} from 'vitest';
import {accountPreconditions} from '../../../../src/lib/peers/chain/flows/account.ts';
import type {BlsFacts} from '../../../../src/lib/peers/chain/flows/bls-facts.ts';
import type {EcdsaFacts} from '../../../../src/lib/peers/chain/flows/ecdsa-facts.ts';
import {ecdsaPreconditions} from '../../../../src/lib/peers/chain/flows/ecdsa-preconditions.ts';
import type {SetFacts, SetsFacts} from '../../../../src/lib/peers/chain/flows/sets-facts.ts';
import {
  done,
  fail,
  ok,
  pending,
  readiness,
  unknown,
  warn,
} from '../../../../src/lib/peers/chain/precondition.ts';
import {
  blsPreconditions,
  quorumsToJoin,
  type BlsRequest,
} from '../../../../src/lib/peers/chain/flows/bls-preconditions.ts';
import {setKey, type PlannedKeys} from '../../../../src/lib/peers/chain/flows/sets-keys.ts';
import {setsPreconditions} from '../../../../src/lib/peers/chain/flows/sets-preconditions.ts';
import {quorumsOf} from '../../../../src/lib/peers/chain/flows/bls-quorums.ts';

const ME: Hex = '0x1111111111111111111111111111111111111111';
const KEY: Hex = `0x${'ab'.repeat(32)}`;
const NEXT = say('do it');
const at = {at: '2030-01-01T00:00:00.000Z', block: null};

describe('readiness', () => {
  it.each([
    [[ok('a', '', ''), warn('b', '', '', NEXT)], 'ready'],
    [[ok('a', '', ''), pending('b', '', '', at)], 'pending'],
    [[unknown('a', '', ''), pending('b', '', '', at)], 'unknown'],
    [[fail('a', '', '', NEXT), pending('b', '', '', at), unknown('c', '', '')], 'fail'],
    [[done('eigenlayer-operator', '', ''), fail('a', '', '', NEXT)], 'fail'],
    [[done('avs-registration', '', ''), fail('gas-balance', '', '', NEXT)], 'registered'],
    [[], 'ready'],
  ] as const)('%#: %s → %s', (list, expected) => {
    expect(readiness(list)).toBe(expected);
  });
});

describe('quorumsOf', () => {
  it('is the inverse of setting bits', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({max: 191})), (numbers) => {
        const bitmap = numbers.reduce((bits, number) => bits | (1n << BigInt(number)), 0n);
        expect(quorumsOf(bitmap)).toEqual([...numbers].sort((a, b) => a - b));
      }),
    );
  });
});

const quorum = (
  number: number,
  changes: Partial<BlsFacts['quorums'][number]> = {},
): BlsFacts['quorums'][number] => ({
  number,
  minimumStake: 1n,
  weight: 1n,
  operators: 0,
  maxOperators: 1,
  ...changes,
});
const bls = (changes: Partial<BlsFacts> = {}): BlsFacts => ({
  status: 'never registered',
  operatorId: null,
  registeredQuorums: [],
  quorums: [quorum(0)],
  registryPaused: false,
  managerPaused: false,
  m2Disabled: false,
  m2Quorums: null,
  ejectedUntil: null,
  keyId: null,
  wantedKeyOwner: null,
  canReregister: true,
  ...changes,
});
const request = (changes: Partial<BlsRequest> = {}): BlsRequest => ({
  operator: ME,
  quorums: null,
  keyId: KEY,
  now: 1000n,
  ...changes,
});
const judged = (facts: BlsFacts, wanted: BlsRequest = request()): string[] =>
  blsPreconditions(facts, wanted)
    .filter(({state}) => state !== 'ok')
    .map(({id, state}) => `${id} ${state}`);

describe('blsPreconditions', () => {
  it.each<[string, Partial<BlsFacts>, Partial<BlsRequest>, string[]]>([
    ['ready', {}, {}, []],
    ['no such switches', {registryPaused: null, managerPaused: null}, {}, []],
    ['on the list', {canReregister: false}, {}, ['reregistration fail']],
    ['an unreadable list', {canReregister: null}, {}, ['reregistration unknown']],
    ['a silent registry', {status: null}, {}, ['avs-registration unknown']],
    ['one second to wait', {ejectedUntil: 1001n}, {}, ['ejection-cooldown pending']],
    ['the wait is over', {ejectedUntil: 1000n}, {}, []],
    ['no key', {}, {keyId: null}, ['bls-key fail']],
    ['a key in upper case', {keyId: KEY}, {keyId: `0x${'AB'.repeat(32)}`}, []],
    ['its own key, by another letter case', {wantedKeyOwner: ME}, {}, []],
    ['another’s key', {wantedKeyOwner: `0x${'22'.repeat(20)}`}, {}, ['bls-key fail']],
    ['operator sets among the quorums', {m2Quorums: [1]}, {quorums: [0]}, ['m2-quorums fail']],
    [
      'operator sets among all quorums are left out',
      {m2Quorums: [0], quorums: [quorum(0), quorum(1)]},
      {},
      [],
    ],
    ['no quorum takes it', {quorums: [quorum(0, {weight: 0n})]}, {}, ['quorums fail', 'quorum-0-stake warn']],
    [
      'a silent stake registry',
      {quorums: [quorum(0, {weight: null, operators: null})]},
      {quorums: [0]},
      ['quorum-0-stake unknown', 'quorum-0-seats unknown'],
    ],
    ['full', {quorums: [quorum(0, {operators: 1})]}, {quorums: [0]}, ['quorum-0-seats fail']],
    [
      'no stake, and no minimum',
      {quorums: [quorum(0, {minimumStake: 0n, weight: 0n})]},
      {quorums: [0]},
      ['quorum-0-stake warn'],
    ],
    ['stake exactly the minimum', {quorums: [quorum(0, {minimumStake: 5n, weight: 5n})]}, {}, []],
  ])('%s', (_name, facts, wanted, expected) => {
    expect(judged(bls(facts), request(wanted))).toEqual(expected);
  });

  it('a registered operator is done, whatever else stands in the way', () => {
    const facts = bls({
      status: 'registered',
      registeredQuorums: [0],
      keyId: KEY,
      canReregister: false,
      registryPaused: true,
    });
    expect(judged(facts)).toEqual([]);
    expect(readiness(blsPreconditions(facts, request()))).toBe('registered');
    expect(readiness(blsPreconditions(facts, request({quorums: [0]})))).toBe('registered');
  });

  it('every precondition that is not ok says what to do', () => {
    const anyQuorum = fc.record({
      number: fc.constant(0),
      minimumStake: fc.option(fc.bigInt({min: 0n, max: 3n})),
      weight: fc.option(fc.bigInt({min: 0n, max: 3n})),
      operators: fc.option(fc.nat(2)),
      maxOperators: fc.option(fc.nat(2)),
    });
    const anyFacts = fc.record({
      status: fc.constantFrom(null, 'never registered', 'registered', 'deregistered'),
      operatorId: fc.constant(null),
      registeredQuorums: fc.constantFrom([], [0]),
      quorums: fc.array(anyQuorum, {maxLength: 1}),
      registryPaused: fc.option(fc.boolean()),
      managerPaused: fc.option(fc.boolean()),
      m2Disabled: fc.boolean(),
      m2Quorums: fc.option(fc.constantFrom([], [0])),
      ejectedUntil: fc.option(fc.bigInt({min: 990n, max: 1010n})),
      keyId: fc.constantFrom(null, KEY),
      wantedKeyOwner: fc.constantFrom(null, ME),
      canReregister: fc.option(fc.boolean()),
    });
    fc.assert(
      fc.property(anyFacts, fc.constantFrom(null, [0], [1]), (facts, quorums) => {
        for (const one of blsPreconditions(facts, request({quorums}))) {
          expect(one.next === null).toBe(one.state === 'ok');
          expect(one.clearsAt === undefined).toBe(one.state !== 'pending');
        }
      }),
    );
  });
});

describe('quorumsToJoin', () => {
  it.each<[Partial<BlsFacts>, readonly number[] | null, number[]]>([
    [{}, null, [0]],
    [{quorums: [quorum(0, {weight: 0n}), quorum(1)]}, null, [1]],
    [{status: 'registered', registeredQuorums: [0], quorums: [quorum(0), quorum(1)]}, null, []],
    [{status: 'registered', registeredQuorums: [0], quorums: [quorum(0), quorum(1)]}, [1, 0, 1], [1]],
    [{}, [3, 1], [1, 3]],
  ])('%#', (facts, wanted, expected) => {
    expect(quorumsToJoin(bls(facts), wanted)).toEqual(expected);
  });
});

describe('ecdsaPreconditions', () => {
  const facts = (changes: Partial<EcdsaFacts> = {}): EcdsaFacts => ({
    registered: false,
    weight: 10n,
    minimumWeight: 5n,
    recordedWeight: 0n,
    totalWeight: 0n,
    signingKey: null,
    ...changes,
  });
  it.each<[string, Partial<EcdsaFacts>, string[]]>([
    ['ready', {}, []],
    ['below the minimum', {weight: 4n}, ['weight warn']],
    ['no stake, no minimum', {weight: 0n, minimumWeight: 0n}, ['weight warn']],
    ['registered with nothing', {registered: true, weight: 0n}, ['weight warn']],
    ['registered with less than it has', {registered: true, recordedWeight: 7n}, ['weight warn']],
    ['registered with all it has', {registered: true, recordedWeight: 10n}, []],
    ['silent', {registered: null, weight: null}, ['avs-registration unknown', 'weight unknown']],
    ['another signing key', {signingKey: `0x${'33'.repeat(20)}`}, ['signing-key warn']],
  ])('%s', (_name, changes, expected) => {
    const list = ecdsaPreconditions(facts(changes), ME);
    expect(list.filter(({state}) => state !== 'ok').map(({id, state}) => `${id} ${state}`)).toEqual(expected);
  });
});

it('says weights in tokens, and of a registered operator that it is registered', () => {
  const UNIT = 10n ** 18n;
  const weight = (registered: boolean, now: bigint): unknown =>
    ecdsaPreconditions(
      {
        registered,
        weight: now,
        minimumWeight: 5n * UNIT,
        recordedWeight: 0n,
        totalWeight: 0n,
        signingKey: null,
      },
      null,
    ).find(({id}) => id === 'weight');
  expect(weight(false, 0n)).toMatchObject({
    found: '0',
    needed: 'more than 0, and ≥ 5',
    next: {say: expect.stringContaining('would be registered with weight 0') as string},
  });
  expect(weight(true, 0n)).toMatchObject({
    next: {say: expect.stringContaining('it is registered') as string},
  });
  expect(weight(true, 6n * UNIT)).toMatchObject({
    found: '6, recorded as 0',
    next: {say: expect.stringContaining('updateOperators') as string},
  });
});

describe('accountPreconditions', () => {
  const account = (isOperator: boolean | null, isCore1: boolean | null): string[] =>
    accountPreconditions({isOperator, isCore1, balanceWei: 1n, code: {kind: 'none'}})
      .filter(({state}) => state !== 'ok')
      .map(({id, state}) => `${id} ${state}`);
  it('names a core that is too old to make an operator, before anything is sent', () => {
    expect(account(false, false)).toEqual(['core-release fail', 'eigenlayer-operator fail']);
    expect(account(false, true)).toEqual(['eigenlayer-operator fail']);
    expect(account(true, false)).toEqual([]);
    expect(account(null, null)).toEqual(['eigenlayer-operator unknown']);
  });
});

/** A key of its own for every set. */
const KEYS: PlannedKeys = {
  of: (set) => ({hash: `0x${set.toString(16).padStart(64, '0')}`, name: `key ${set}`}),
  isTaken: () => false,
};

describe('setsPreconditions', () => {
  const set = (id: number, changes: Partial<SetsFacts['sets'][number]> = {}): SetsFacts['sets'][number] => ({
    id,
    member: false,
    slashable: false,
    curve: 'ecdsa',
    keyRegistered: false,
    allowed: null,
    ...changes,
  });
  const facts = (changes: Partial<SetsFacts> = {}): SetsFacts => ({
    setCount: 1,
    sets: [set(0)],
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
    ...changes,
  });
  const leaving = {until: new Map([[0, 107n]]), latest: 110n, secondsPerBlock: 12};
  it.each<[string, Partial<SetsFacts>, readonly number[] | null, string[]]>([
    ['ready', {}, null, []],
    ['the AVS has no sets', {setCount: 0, sets: []}, null, ['operator-sets fail']],
    ['its sets have ids of their own', {sets: []}, null, ['operator-sets fail']],
    [
      'a silent AllocationManager',
      {setCount: null, sets: []},
      null,
      ['avs-registration unknown', 'operator-sets unknown'],
    ],
    ['no registrar', {registrar: null}, null, ['registrar fail']],
    ['a registrar of another AVS', {registrarServesAvs: false}, null, ['registrar fail']],
    ['other admins', {permitted: false}, null, ['permission fail']],
    ['no PermissionController', {permitted: null}, null, []],
    ['no permission for keys', {keysPermitted: false}, null, ['key-permission fail']],
    [
      'no permission for keys, where none is missing',
      {keysPermitted: false, sets: [set(0, {keyRegistered: true})]},
      null,
      [],
    ],
    ['not on the allowlist', {sets: [set(0, {allowed: false})]}, null, ['set-0-allowlist fail']],
    ['on the allowlist', {sets: [set(0, {allowed: true})]}, null, []],
    ['sets with ids that were not found', {setCount: 3, unfound: 2}, null, ['operator-sets warn']],
    [
      'a member of all sets but those that were not found',
      {setCount: 2, unfound: 1, sets: [set(0, {member: true})]},
      null,
      ['operator-sets warn'],
    ],
    ['no allocation delay', {allocationDelay: null}, null, ['allocation-delay warn']],
    ['ejected', {ejectedUntil: 2000n}, null, ['ejection-cooldown pending']],
    ['a set that was left', {sets: [set(0, {slashable: true})], leaving}, null, ['set-0-left pending']],
    ['left, without a word when', {sets: [set(0, {slashable: true})]}, null, ['set-0-left unknown']],
    ['a key that cannot be told', {sets: [set(0, {keyRegistered: null})]}, null, ['set-0-key unknown']],
    ['no keys at all', {sets: [set(0, {curve: 'none', keyRegistered: null})]}, null, []],
    ['a set that was not asked for does not count', {sets: [set(0, {slashable: true}), set(1)]}, [1], []],
  ])('%s', (_name, changes, sets, expected) => {
    const list = setsPreconditions(facts(changes), {sets, keys: KEYS, now: 1000n, block: 100n});
    expect(list.filter(({state}) => state !== 'ok').map(({id, state}) => `${id} ${state}`)).toEqual(expected);
  });

  it('tells when a left set is over: by its log, else at the latest', () => {
    const clears = (id: number): unknown =>
      setsPreconditions(facts({sets: [set(id, {slashable: true})], leaving}), {
        sets: null,
        keys: KEYS,
        now: 1000n,
        block: 100n,
      }).find(({state}) => state === 'pending')?.clearsAt;
    expect(clears(0)).toEqual({block: 108n, at: '1970-01-01T00:18:16.000Z'});
    expect(clears(1)).toEqual({block: 111n, at: '1970-01-01T00:18:52.000Z'});
  });

  it('tells of a cool-down that never ends', () => {
    const forever = facts({ejectedUntil: 2n ** 256n - 1n});
    const list = setsPreconditions(forever, {sets: null, keys: KEYS, now: 1000n, block: 100n});
    expect(list.find(({state}) => state === 'pending')?.clearsAt?.at).toBe('9999-12-31T23:59:59.000Z');
  });

  it('a member of all that was wanted is registered', () => {
    const list = setsPreconditions(facts({sets: [set(0, {member: true})], paused: true}), {
      sets: null,
      keys: KEYS,
      now: 0n,
      block: 0n,
    });
    expect(readiness(list)).toBe('registered');
  });
});

describe('the keys of operator sets', () => {
  const ONE = {hash: `0x${'11'.repeat(32)}`, name: 'one'} as const;
  const TWO = {hash: `0x${'22'.repeat(32)}`, name: 'two'} as const;
  const ecdsaSet = (id: number): SetFacts => ({
    id,
    member: false,
    slashable: false,
    curve: 'ecdsa',
    keyRegistered: false,
    allowed: null,
  });
  const sets = [0, 1, 2].map(ecdsaSet);
  const judge = (keys: PlannedKeys, all = sets) =>
    all.flatMap((one) => setKey(one, all, keys)).map(({state, next}) => ({state, run: next?.run}));

  it('lets one set have a key that several share, and names that set for --quorums', () => {
    const quorums = {command: 'register', args: ['--quorums', '0']};
    expect(judge({of: () => ONE, isTaken: () => false})).toEqual([
      {state: 'ok', run: undefined},
      {state: 'fail', run: quorums},
      {state: 'fail', run: quorums},
    ]);
  });

  it('takes a key of its own for each', () => {
    const keys: PlannedKeys = {of: (set) => (set === 1 ? TWO : ONE), isTaken: () => false};
    expect(judge(keys, [ecdsaSet(0), ecdsaSet(1)]).map(({state}) => state)).toEqual(['ok', 'ok']);
  });

  it('refuses a key that is registered anywhere, with a flag for another one', () => {
    const [only] = judge({of: () => ONE, isTaken: () => true}, [ecdsaSet(4)]);
    expect(only).toEqual({
      state: 'fail',
      run: {command: 'register', args: ['--check', '--signing-key', '4=ADDRESS']},
    });
  });

  it('does not count the key of a set that has one', () => {
    const taken = [{...ecdsaSet(0), keyRegistered: true}, ecdsaSet(1)];
    expect(judge({of: () => ONE, isTaken: () => false}, taken).map(({state}) => state)).toEqual(['ok', 'ok']);
  });

  it('is unknown where KeyRegistrar does not answer', () => {
    expect(judge({of: () => ONE, isTaken: () => null}, [ecdsaSet(0)])[0]?.state).toBe('unknown');
  });
});
