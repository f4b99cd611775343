import * as v from 'valibot';

/** Kinds of penalty in the order of the ledger's enum. */
export const PENALTIES = ['offline', 'incorrect-inference', 'zk-verify-failed'] as const;

/** Who ejects: an account, as the published deployer has it, or an EjectionManager. */
export const EJECTORS = ['account', 'contract'] as const;

const WAD = 10n ** 18n;
/** A block number of the devnet stays far below it. */
const MOST_BLOCKS = 10_000;
const UINT32 = 2 ** 32 - 1;

/** Null: the devnet's first operator. */
const operator = v.nullable(v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{40}$/)));
const description = v.pipe(v.string(), v.maxLength(1_000));
/** A whole number in decimal, as JSON has no large ones. */
const amount = (most: bigint) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,78}$/),
    v.check((text) => BigInt(text) <= most),
  );
const whole = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const quorums = v.pipe(v.array(whole(0, 191)), v.minLength(1));

/**
 * What the network is asked to do to an operator of the devnet: the body of `POST /act` on the control socket, whose
 * sender may be another version.
 */
export const actRequest = v.variant('act', [
  v.object({
    act: v.literal('slash'),
    operator,
    /** The part of the operator's allocations that is taken, 1e18 = all. */
    wad: amount(WAD),
    description,
  }),
  v.object({act: v.literal('penalty'), operator, kind: v.picklist(PENALTIES), description}),
  v.object({
    act: v.literal('challenge'),
    /** Whose clock number is challenged; null: the newest job with a result. */
    job: v.nullable(v.string()),
    /** The clock number itself; null: that of the job. */
    clock: v.nullable(amount(2n ** 256n - 1n)),
    quorums,
    threshold: whole(0, UINT32),
    /** Empty blocks after it was opened. */
    blocks: whole(0, MOST_BLOCKS),
    answer: v.boolean(),
  }),
  v.object({
    act: v.literal('answer'),
    /** The number of an open challenge. */
    index: whole(0, UINT32),
    blocks: whole(0, MOST_BLOCKS),
  }),
  v.object({
    act: v.literal('eject'),
    operator,
    /** Null: every quorum or operator set that it is in. */
    quorums: v.nullable(quorums),
    by: v.picklist(EJECTORS),
  }),
  v.object({
    act: v.literal('pending-stake'),
    operator,
    /** Shares of the first strategy that are delegated, in wei. */
    deposit: amount(10n ** 30n),
    /** Blocks until the change of the allocation takes effect. */
    blocks: whole(1, MOST_BLOCKS),
  }),
]);

export type ActRequest = v.InferOutput<typeof actRequest>;
/** One kind of request. */
export type RequestOf<A extends ActRequest['act']> = Extract<ActRequest, {act: A}>;
