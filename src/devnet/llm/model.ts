import {createHash} from 'node:crypto';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {cos, exp, sin} from './math.ts';
import {say} from '../../lib/foundation/next-step/next-step.ts';

/** Sizes, in their order at the start of the file. */
type ModelShape = {
  dim: number;
  layers: number;
  heads: number;
  ffn: number;
  context: number;
  vocab: number;
};

type Layer = {
  attentionNorm: Float32Array;
  q: Float32Array;
  k: Float32Array;
  v: Float32Array;
  o: Float32Array;
  ffnNorm: Float32Array;
  gate: Float32Array;
  up: Float32Array;
  down: Float32Array;
};

/** The weights, float32, matrices row-major [out][in]. */
export type Model = {
  shape: ModelShape;
  /** SHA-256 (32 bytes) of the whole file. */
  digest: Uint8Array;
  /** [vocab][dim]; also the output head. */
  embedding: Float32Array;
  layers: readonly Layer[];
  finalNorm: Float32Array;
  /** Rotary embedding: cosine and sine of position · 10000^(−2i/headDim), [context][headDim/2]. */
  cosine: Float32Array;
  sine: Float32Array;
};

const HEADER_BYTES = 6 * 4;
const LN_10000 = 9.210340371976184;

/**
 * Reads a model file: little endian, int32 sizes, then float32 arrays.
 * @throws AosError DEVNET_FAILED when its length does not match its sizes
 */
export function readModel(bytes: Uint8Array): Model {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = (index: number) => (bytes.length < HEADER_BYTES ? 0 : view.getInt32(index * 4, true));
  const shape = {
    dim: size(0),
    layers: size(1),
    heads: size(2),
    ffn: size(3),
    context: size(4),
    vocab: size(5),
  };
  if (!isWhole(shape, bytes.length))
    throw new AosError('DEVNET_FAILED', 'the file of the language model is damaged', {
      next: say('Install the program again; in a checkout, run npm run build.'),
    });

  let offset = HEADER_BYTES;
  const take = (length: number) => {
    const start = offset;
    offset += length * 4;
    return Float32Array.from({length}, (_, index) => view.getFloat32(start + index * 4, true));
  };
  const {dim, ffn, vocab} = shape;
  const embedding = take(vocab * dim);
  // The order of these members is the order of the file.
  const layers = Array.from({length: shape.layers}, () => ({
    attentionNorm: take(dim),
    q: take(dim * dim),
    k: take(dim * dim),
    v: take(dim * dim),
    o: take(dim * dim),
    ffnNorm: take(dim),
    gate: take(ffn * dim),
    up: take(ffn * dim),
    down: take(dim * ffn),
  }));
  const finalNorm = take(dim);
  return {
    shape,
    digest: createHash('sha256').update(bytes).digest(),
    embedding,
    layers,
    finalNorm,
    ...rotary(shape),
  };
}

function isWhole({dim, layers, heads, ffn, context, vocab}: ModelShape, bytes: number): boolean {
  if (Math.min(dim, layers, heads, ffn, context, vocab) < 1 || dim % (2 * heads) !== 0) return false;
  const floats = vocab * dim + layers * (2 * dim + 4 * dim * dim + 3 * dim * ffn) + dim;
  return bytes === HEADER_BYTES + floats * 4;
}

function rotary({dim, heads, context}: ModelShape): {cosine: Float32Array; sine: Float32Array} {
  const pairs = dim / heads / 2;
  const angle = (index: number) => Math.floor(index / pairs) * exp((-(index % pairs) / pairs) * LN_10000);
  const table = (f: (angle: number) => number) =>
    Float32Array.from({length: context * pairs}, (_, index) => f(angle(index)));
  return {cosine: table(cos), sine: table(sin)};
}
