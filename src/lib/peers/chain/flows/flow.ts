import type {Hex} from 'viem';
import type {ResolvedContracts} from '../contract-types.ts';
import type {Chain} from '../open.ts';
import type {BlsKeyProof, OperatorSignature} from '../plans/proofs.ts';
import type {Precondition} from '../precondition.ts';
import type {TxPlan} from '../tx/plan.ts';
import type {MembershipParts} from './registration-types.ts';
import type {RegistrySigns} from './registry-signs.ts';

/** An operator and the contracts of an AVS. */
export type FlowParties = {contracts: ResolvedContracts; operator: Hex};

/** The same at one block. */
export type FlowPlace = FlowParties & {chain: Chain};

/** What an operator joins, as a noun. */
export type GroupWords = {one: string; many: string};

/** The words for people that differ between the flows. */
export type FlowWords = {
  /** The kind of registry, e.g. `M2 quorums of a registry coordinator`. */
  summary: string;
  group: GroupWords;
  /** Whether an operator chooses the groups that it joins or leaves. */
  isChosen: boolean;
  /** What an operator keeps after it has left, beside its sampling range and slashable stake. */
  stays: string;
};

/** What a precondition of `aos register --check` is about, for `aos explain`. */
export type ExplainedPrecondition = {means: string; causes: readonly string[]};
export type ExplainedPreconditions = Readonly<Record<string, ExplainedPrecondition>>;

export type PreconditionOptions = {
  /** Quorums, or ids of operator sets, to register for; null for all that accept the operator. */
  quorums: readonly number[] | null;
  /** Id of the operator's BLS key (keccak256 of its G1 point); null without one. */
  blsKeyId?: Hex | null;
  /** The key that signs tasks; null for the operator's address. */
  signingKey?: Hex | null;
  /** Keys of operator sets that have one of their own. */
  setKeys?: SetKeys;
};

/** Set id → key; a set that is not named has the common one. */
export type SetKeys = {
  /** Addresses. */
  ecdsa: ReadonlyMap<number, Hex>;
  /** Ids of BLS keys. */
  bn254: ReadonlyMap<number, Hex>;
};

/** The curve of the keys of an operator set. */
export type SetCurve = 'none' | 'ecdsa' | 'bn254';

/** The registration state of an operator at the AVS that the next transaction depends on. */
export type AvsState = {
  /** Whether no quorum or set is left to join. */
  registered: boolean;
  /**
   * Whether the operator is in at least one quorum or set, so that AVSDirectory needs no further signature. Null when the
   * registry did not answer.
   */
  known: boolean | null;
  operatorId: Hex | null;
  /** Quorums or operator sets the operator is in, and those it would join. */
  groups: readonly number[];
  joining: readonly number[];
  /** Id of the BLS key registered for it; null: none. */
  blsKeyId: Hex | null;
  /** The registration includes a BLS key unless one is registered. */
  takesBlsKey: boolean;
  /** The registration needs a signature for AVSDirectory. */
  takesSignature: boolean;
  takesSocket: boolean;
  /** Operator sets that need a key of their own first. */
  keysMissing: readonly {id: number; curve: SetCurve}[];
};

/** The operator's inputs to a registration; inputs that the flow does not use may be null. */
export type RegistrationInputs = {
  socket: string | null;
  signingKey: Hex;
  signature: OperatorSignature | null;
  key: BlsKeyProof | null;
};

/** What only the flow knows of an operator that has left. */
export type Exit = {
  /** Whether the service manager accepts it again; null when unknown, or without such a check. */
  canReregister: boolean | null;
  /** Last block in which a left operator set may slash; null without one. */
  slashableUntil: bigint | null;
};

/** `closed`: the service manager never accepts the address again. */
export type WayBack = 'open' | 'closed' | 'unknown';

/** How long a group that was left may slash the operator and does not take it back. */
export type CoolDown = {blocks: number; /** About so long. */ ms: number};

/**
 * One way to register with an AVS. Everything that differs between the registries is a member, so that no other code asks
 * which flow it has.
 */
export type Flow<Name extends string = string> = {
  /** As `--flow` and the JSON results have it. */
  readonly name: Name;
  readonly words: FlowWords;
  /** The explanation of each precondition that only this flow has; `N` stands for a group's number. */
  readonly explains: ExplainedPreconditions;
  /** Whether a registry with these signs is one of this flow. */
  matches(signs: RegistrySigns): boolean;
  /** Whether it can also be used by this flow, where another one matches first. */
  canServe(signs: RegistrySigns): boolean;
  /** Reads this flow's own preconditions, in the order of the steps. @throws AosError as {@link Chain.read} */
  readPreconditions(place: FlowPlace, options: PreconditionOptions): Promise<Precondition[]>;
  /**
   * Reads the state that a registration depends on.
   * @param wanted quorums or set ids; null for all that accept the operator
   * @throws AosError as {@link Chain.read}
   */
  readState(place: FlowPlace, wanted: readonly number[] | null): Promise<AvsState>;
  /** Plans the transaction that registers. @throws AosError BUG when an input is missing */
  planRegistration(parties: FlowParties, state: AvsState, inputs: RegistrationInputs): TxPlan;
  /** Plans the update of a registered operator's socket; null where the registry keeps none. */
  planSocket(place: FlowPlace, socket: string): TxPlan | null;
  /** Plans the transaction that leaves `groups`. @throws AosError USAGE for a group that cannot exist */
  planExit(parties: FlowParties, groups: readonly number[]): TxPlan;
  /**
   * Reads membership and weights, for the status.
   * @param firstBlock the first block from which the registry can have logs
   */
  readMembership(place: FlowPlace, firstBlock: bigint): Promise<MembershipParts>;
  /** Reads what follows from having left `left`. @throws AosError as {@link Chain.read} */
  readExit(place: FlowPlace, left: readonly number[]): Promise<Exit>;
  /** Reads whether an operator that leaves all but `remaining` can come back. @throws AosError as {@link Chain.read} */
  readWayBack(place: FlowPlace, remaining: readonly number[]): Promise<WayBack>;
  /** Reads what leaving a group brings; null where nothing has to be waited for. @throws AosError as {@link Chain.read} */
  readCoolDown(place: FlowPlace): Promise<CoolDown | null>;
};
