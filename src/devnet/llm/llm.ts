import {createHash} from 'node:crypto';
import {exp} from './math.ts';
import type {Model} from './model.ts';

/** The text of the model after a prompt, with evidence of the computation. */
export type Completion = {
  /** Bytes that are not UTF-8 become U+FFFD. */
  text: string;
  /** The generated tokens without the end token. */
  tokens: number[];
  /**
   * Lower-case hex SHA-256 over: SHA-256 of the model file (32 bytes); the whole prompt's UTF-8 bytes; for each step,
   * the end token's included, the chosen token (uint32) and SHA-256 of the step's logits (float32), little endian.
   */
  stateRoot: string;
};

const START = 1;
const END = 2;
/** Byte b is token b + 3. */
const FIRST_BYTE = 3;
const NORM_EPSILON = 1e-5;

/**
 * Continues a prompt greedily; the lowest token wins a tie. The result has the same bits on every runtime: float32
 * storage, sums in float64 in a fixed order, and no function whose last bits ECMAScript leaves open.
 * A prompt keeps its last bytes so that `maxTokens`, or half the context if that is less, still fit behind it.
 * @param maxTokens at least 1; the model's context ends the text earlier
 */
export function complete(model: Model, prompt: string, maxTokens: number): Completion {
  const {context} = model.shape;
  const bytes = new TextEncoder().encode(prompt);
  const room = context - 1 - Math.min(maxTokens, context / 2);
  const input = [START, ...Array.from(bytes.slice(-room), (byte) => byte + FIRST_BYTE)];
  const session = startSession(model);
  for (const token of input.slice(0, -1)) session.feed(token);

  const root = createHash('sha256').update(model.digest).update(bytes);
  const tokens: number[] = [];
  let last = input.at(-1) ?? START;
  while (tokens.length < maxTokens && input.length + tokens.length < context) {
    const logits = session.logits(session.feed(last));
    const token = highest(logits);
    root.update(uint32(token)).update(createHash('sha256').update(littleEndian(logits)).digest());
    if (token === END) break;
    tokens.push(token);
    last = token;
  }
  return {text: textOf(tokens), tokens, stateRoot: root.digest('hex')};
}

type Session = {
  /** Takes the next token; returns the hidden state after it. */
  feed(token: number): Float32Array;
  /** Scores of every token to follow a hidden state. */
  logits(state: Float32Array): Float32Array;
};

function startSession(model: Model): Session {
  const {dim, heads, ffn, context, vocab} = model.shape;
  const headDim = dim / heads;
  const x = new Float32Array(dim);
  const normed = new Float32Array(dim);
  const q = new Float32Array(dim);
  const mixed = new Float32Array(dim);
  const gate = new Float32Array(ffn);
  const up = new Float32Array(ffn);
  const update = new Float32Array(dim);
  const weights = new Float32Array(context);
  const cache = model.layers.map(() => ({
    k: new Float32Array(context * dim),
    v: new Float32Array(context * dim),
  }));
  let position = 0;

  const feed = (token: number): Float32Array => {
    x.set(model.embedding.subarray(token * dim, (token + 1) * dim));
    for (const [index, layer] of model.layers.entries()) {
      const past = cache[index] ?? {k: x, v: x};
      normalise(normed, x, layer.attentionNorm);
      const k = past.k.subarray(position * dim, (position + 1) * dim);
      multiply(q, layer.q, normed);
      multiply(k, layer.k, normed);
      multiply(past.v.subarray(position * dim, (position + 1) * dim), layer.v, normed);
      rotate(q, model, position);
      rotate(k, model, position);
      for (let head = 0; head < heads; head++)
        attend(mixed, weights, {q, past}, {head, headDim, dim, position});
      multiply(update, layer.o, mixed);
      add(x, update);

      normalise(normed, x, layer.ffnNorm);
      multiply(gate, layer.gate, normed);
      multiply(up, layer.up, normed);
      for (let i = 0; i < ffn; i++) gate[i] = silu(gate[i] ?? 0) * (up[i] ?? 0);
      multiply(update, layer.down, gate);
      add(x, update);
    }
    position++;
    return x;
  };
  const logits = (state: Float32Array): Float32Array => {
    const out = new Float32Array(vocab);
    normalise(normed, state, model.finalNorm);
    multiply(out, model.embedding, normed);
    return out;
  };
  return {feed, logits};
}

/** y = W·x, W row-major [out][in]; each sum in four lanes, added in order at the end. `in` is a multiple of 4. */
function multiply(y: Float32Array, matrix: Float32Array, x: Float32Array): void {
  const width = x.length;
  for (let row = 0, at = 0; row < y.length; row++) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < width; i += 4, at += 4) {
      a += (matrix[at] ?? 0) * (x[i] ?? 0);
      b += (matrix[at + 1] ?? 0) * (x[i + 1] ?? 0);
      c += (matrix[at + 2] ?? 0) * (x[i + 2] ?? 0);
      d += (matrix[at + 3] ?? 0) * (x[i + 3] ?? 0);
    }
    y[row] = a + b + c + d;
  }
}

/** y = x·w / sqrt(mean(x²) + ε). */
function normalise(y: Float32Array, x: Float32Array, weight: Float32Array): void {
  let sum = 0;
  for (const value of x) sum += value * value;
  const scale = 1 / Math.sqrt(sum / x.length + NORM_EPSILON);
  for (let i = 0; i < x.length; i++) y[i] = (x[i] ?? 0) * (weight[i] ?? 0) * scale;
}

/** Rotary embedding of each head's adjacent pairs (2i, 2i+1). */
function rotate(x: Float32Array, {shape, cosine, sine}: Model, position: number): void {
  const pairs = shape.dim / shape.heads / 2;
  for (let pair = 0; pair < x.length / 2; pair++) {
    const entry = position * pairs + (pair % pairs);
    const c = cosine[entry] ?? 0;
    const s = sine[entry] ?? 0;
    const even = x[2 * pair] ?? 0;
    const odd = x[2 * pair + 1] ?? 0;
    x[2 * pair] = even * c - odd * s;
    x[2 * pair + 1] = even * s + odd * c;
  }
}

/** Causal attention of one head at `position`; writes the head's part of `out`. `weights` is scratch space. */
function attend(
  out: Float32Array,
  weights: Float32Array,
  {q, past}: {q: Float32Array; past: {k: Float32Array; v: Float32Array}},
  {head, headDim, dim, position}: {head: number; headDim: number; dim: number; position: number},
): void {
  const first = head * headDim;
  const scale = 1 / Math.sqrt(headDim);
  let top = -Infinity;
  for (let t = 0; t <= position; t++) {
    let score = 0;
    for (let i = first; i < first + headDim; i++) score += (q[i] ?? 0) * (past.k[t * dim + i] ?? 0);
    weights[t] = score * scale;
    top = Math.max(top, weights[t] ?? 0);
  }
  let total = 0;
  for (let t = 0; t <= position; t++) {
    weights[t] = exp((weights[t] ?? 0) - top);
    total += weights[t] ?? 0;
  }
  for (let i = first; i < first + headDim; i++) {
    let sum = 0;
    for (let t = 0; t <= position; t++) sum += (weights[t] ?? 0) * (past.v[t * dim + i] ?? 0);
    out[i] = sum / total;
  }
}

function silu(x: number): number {
  return x / (1 + exp(-x));
}

function add(x: Float32Array, y: Float32Array): void {
  for (let i = 0; i < x.length; i++) x[i] = (x[i] ?? 0) + (y[i] ?? 0);
}

function highest(logits: Float32Array): number {
  return logits.reduce((best, value, token) => (value > (logits[best] ?? 0) ? token : best), 0);
}

function textOf(tokens: readonly number[]): string {
  const bytes = tokens.map((token) => token - FIRST_BYTE).filter((byte) => byte >= 0 && byte < 256);
  return new TextDecoder('utf-8', {ignoreBOM: true}).decode(Uint8Array.from(bytes));
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes;
}
