import type {ErrorCode} from '../../foundation/errors/table.ts';

/** The files by which the proofs of a model are checked: absolute paths, and their SHA-256 in lower-case hex. */
export type ModelFiles = {
  /** A vk.key of ezkl, or a verification_key.json of snarkjs. */
  readonly vk: string;
  /** null: it is not pinned, which only a check by hand allows. */
  readonly vkSha256: string | null;
  /** settings.json of ezkl; null: the model is of snarkjs, by Groth16. */
  readonly settings: string | null;
  readonly settingsSha256: string | null;
  /** null: that of the ceremony, from its constants. */
  readonly srs: string | null;
  readonly srsSha256: string | null;
};

/** One proof for the thread to judge. */
export type ProofRequest = {
  readonly files: ModelFiles;
  /** Folders with a `node_modules` where the engine may be, the first to look in first. */
  readonly engineDirs: readonly string[];
  readonly proof: Uint8Array;
  /** public.json of snarkjs, where it is a file of its own. */
  readonly signals: Uint8Array | null;
};

/** Why nothing is said of a proof. */
export type ProofFault = {readonly code: ErrorCode; readonly message: string};

/** What the files of a model say of its proofs. */
export type ModelFacts = {
  readonly system: 'ezkl' | 'groth16';
  /** Of ezkl; null for Groth16. */
  readonly ezklVersion: string | null;
  readonly engineVersion: string | null;
  /** SHA-256 in hex. */
  readonly vkSha256: string;
  readonly settingsSha256: string | null;
  /** SHA-256 in hex; null where none is used. */
  readonly srsSha256: string | null;
  /** What a true proof says nothing about, one sentence each. */
  readonly notBound: readonly string[];
};

/** What was found out about one proof. */
export type ProofReport = {
  /** null: nothing is said of it, for the reason in `fault`. */
  readonly word: 'true' | 'false' | null;
  readonly fault: ProofFault | null;
  /** null: the files of the model could not be read. */
  readonly model: ModelFacts | null;
  /** What makes it the same proof as another, 64 hex digits; null: it could not be read. */
  readonly mark: string | null;
  /** What it states, if it is true, as decimal numbers; null: it could not be read. */
  readonly outputs: readonly string[] | null;
  /**
   * What of it was judged, as a proof file of the same form, deflated: without all that nothing binds. null: it could not be read,
   * or has more than {@link MOST_KEPT_PROOF}.
   */
  readonly kept: Uint8Array | null;
};

/** Bytes of a proof that are kept, before they are deflated; a proof of the published models has 10 KB. */
export const MOST_KEPT_PROOF = 256 * 1024;

/** What the thread sends: one answer for each request, in order. `recycle`: it has grown, and is to be replaced. */
export type ProofMessage = {readonly report: ProofReport; readonly recycle: boolean};
