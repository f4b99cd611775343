import {readFileSync, writeFileSync} from 'node:fs';

/** The header of `tiny.bin`: six sizes, four bytes each. */
const HEADER = 24;
const ALIGNMENT = 32;
/** Types of GGUF values, of tensors and of tokens. */
const TYPE = {uint32: 4, int32: 5, float32: 6, bool: 7, text: 8, list: 9} as const;
const F32 = 0;
const TOKEN = {normal: 1, unknown: 2, control: 3, unused: 5, byte: 6} as const;

/**
 * Writes the language model of the devnet as a GGUF file (version 3), which llama.cpp reads: the same float32 weights,
 * and byte tokens. The token of the space is `▁`, as the tokenizer of llama writes spaces.
 */
export function writeTinyGguf(from: string | URL, to: string): void {
  const source = readFileSync(from);
  const [dim = 0, layers = 0, heads = 0, ffn = 0, context = 0, vocab = 0] = Array.from(
    {length: 6},
    (_, index) => source.readInt32LE(index * 4),
  );
  const values: readonly (readonly [string, Buffer])[] = [
    ['general.architecture', text('llama')],
    ['general.name', text('aos-tiny')],
    ['llama.context_length', number(context)],
    ['llama.embedding_length', number(dim)],
    ['llama.block_count', number(layers)],
    ['llama.feed_forward_length', number(ffn)],
    ['llama.attention.head_count', number(heads)],
    ['llama.attention.head_count_kv', number(heads)],
    ['llama.rope.dimension_count', number(dim / heads)],
    ['llama.attention.layer_norm_rms_epsilon', float(1e-5)],
    ['llama.rope.freq_base', float(10_000)],
    ['tokenizer.ggml.model', text('llama')],
    [
      'tokenizer.ggml.tokens',
      list(
        TYPE.text,
        Array.from({length: vocab}, (_, id) => string(nameOf(id))),
      ),
    ],
    [
      'tokenizer.ggml.scores',
      list(
        TYPE.float32,
        Array.from({length: vocab}, () => bytesOf('writeFloatLE', 0)),
      ),
    ],
    [
      'tokenizer.ggml.token_type',
      list(
        TYPE.int32,
        Array.from({length: vocab}, (_, id) => bytesOf('writeInt32LE', typeOf(id))),
      ),
    ],
    ['tokenizer.ggml.bos_token_id', number(1)],
    ['tokenizer.ggml.eos_token_id', number(2)],
    ['tokenizer.ggml.add_bos_token', flag(true)],
    ['tokenizer.ggml.add_space_prefix', flag(false)],
  ];
  const square = [dim, dim];
  // In the order of the file, so that the weights are one piece of it.
  const tensors: readonly (readonly [string, readonly number[]])[] = [
    ['token_embd.weight', [dim, vocab]],
    ...Array.from({length: layers}, (_, layer) =>
      (
        [
          ['attn_norm', [dim]],
          ['attn_q', square],
          ['attn_k', square],
          ['attn_v', square],
          ['attn_output', square],
          ['ffn_norm', [dim]],
          ['ffn_gate', [dim, ffn]],
          ['ffn_up', [dim, ffn]],
          ['ffn_down', [ffn, dim]],
        ] as const
      ).map(([name, shape]): readonly [string, readonly number[]] => [`blk.${layer}.${name}.weight`, shape]),
    ).flat(),
    ['output_norm.weight', [dim]],
  ];
  let offset = 0;
  const infos = tensors.map(([name, shape]) => {
    const info = [string(name), uint32(shape.length), ...shape.map(uint64), uint32(F32), uint64(offset)];
    offset += shape.reduce((size, length) => size * length, 4);
    return Buffer.concat(info);
  });
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    uint32(3),
    uint64(tensors.length),
    uint64(values.length),
    ...values.flatMap(([key, value]) => [string(key), value]),
    ...infos,
  ]);
  const padding = Buffer.alloc((ALIGNMENT - (head.length % ALIGNMENT)) % ALIGNMENT);
  writeFileSync(to, Buffer.concat([head, padding, source.subarray(HEADER)]));
}

function nameOf(id: number): string {
  if (id < 3) return ['<unk>', '<s>', '</s>'][id] ?? '';
  const byte = id - 3;
  if (byte === 0x20) return '\u2581';
  return byte < 256 ? `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>` : `<unused${byte}>`;
}

function typeOf(id: number): number {
  if (id === 0) return TOKEN.unknown;
  if (id < 3) return TOKEN.control;
  if (id === 0x20 + 3) return TOKEN.normal;
  return id - 3 < 256 ? TOKEN.byte : TOKEN.unused;
}

function bytesOf(write: 'writeUInt32LE' | 'writeInt32LE' | 'writeFloatLE', value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes[write](value);
  return bytes;
}

const uint32 = (value: number): Buffer => bytesOf('writeUInt32LE', value);

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function string(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

const text = (value: string): Buffer => Buffer.concat([uint32(TYPE.text), string(value)]);
const number = (value: number): Buffer => Buffer.concat([uint32(TYPE.uint32), uint32(value)]);
const float = (value: number): Buffer =>
  Buffer.concat([uint32(TYPE.float32), bytesOf('writeFloatLE', value)]);
const flag = (value: boolean): Buffer => Buffer.concat([uint32(TYPE.bool), Buffer.from([value ? 1 : 0])]);

function list(type: number, items: readonly Buffer[]): Buffer {
  return Buffer.concat([uint32(TYPE.list), uint32(type), uint64(items.length), ...items]);
}
