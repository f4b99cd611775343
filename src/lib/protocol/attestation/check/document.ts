import {readCbor} from './cbor.ts';

/** The payload of an AWS Nitro document. */
export type NitroDocument = {
  moduleId: string;
  /** Unix ms. */
  timestamp: number;
  registers: ReadonlyMap<number, Uint8Array>;
  /** DER of the certificate whose key signed the document. */
  certificate: Uint8Array;
  /** DER of those above it, the root first. */
  cabundle: readonly Uint8Array[];
  publicKey: Uint8Array | null;
  userData: Uint8Array | null;
  nonce: Uint8Array | null;
};

const MOST_REGISTERS = 32;
const REGISTER_BYTES = [32, 48, 64];
const MOST_CERTIFICATE_BYTES = 1024;
const MOST_OPTIONAL_BYTES = 1024;
/** Those of AWS have four. */
const MOST_BUNDLE = 8;
const MOST_NAME = 256;

/**
 * Reads the payload of a Nitro document by the rules of AWS (“Verifying the root of trust”, syntactical validation).
 * Members that these rules do not know are left alone.
 * @throws Error what is wrong
 */
export function readDocument(payload: Uint8Array): NitroDocument {
  const map = readCbor(payload, 'stream');
  if (!(map instanceof Map)) throw new Error('its payload is no map');
  const moduleId: unknown = map.get('module_id');
  if (typeof moduleId !== 'string' || moduleId === '' || moduleId.length > MOST_NAME)
    throw new Error(`module_id is no text of 1 to ${MOST_NAME} characters`);
  if (map.get('digest') !== 'SHA384') throw new Error('digest is not SHA384');
  const timestamp: unknown = map.get('timestamp');
  if (typeof timestamp !== 'number' || timestamp <= 0) throw new Error('timestamp is no time');
  return {
    moduleId,
    timestamp,
    registers: registersOf(map.get('pcrs')),
    certificate: certificateOf(map.get('certificate'), 'certificate'),
    cabundle: bundleOf(map.get('cabundle')),
    publicKey: optionalBytes(map, 'public_key'),
    userData: optionalBytes(map, 'user_data'),
    nonce: optionalBytes(map, 'nonce'),
  };
}

function registersOf(value: unknown): ReadonlyMap<number, Uint8Array> {
  if (!(value instanceof Map) || value.size === 0 || value.size > MOST_REGISTERS)
    throw new Error(`pcrs is no map of 1 to ${MOST_REGISTERS} registers`);
  const registers = new Map<number, Uint8Array>();
  for (const [index, content] of value) {
    if (typeof index !== 'number' || index < 0 || index >= MOST_REGISTERS)
      throw new Error(`pcrs has a register that is not 0 to ${MOST_REGISTERS - 1}`);
    if (!(content instanceof Uint8Array) || !REGISTER_BYTES.includes(content.length))
      throw new Error(`pcrs.${index} has not ${REGISTER_BYTES.join(', ')} bytes`);
    registers.set(index, content);
  }
  return registers;
}

function bundleOf(value: unknown): readonly Uint8Array[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_BUNDLE)
    throw new Error(`cabundle is no list of 1 to ${MOST_BUNDLE} certificates`);
  return value.map((certificate: unknown, index) => certificateOf(certificate, `cabundle.${index}`));
}

function certificateOf(value: unknown, name: string): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length === 0 || value.length > MOST_CERTIFICATE_BYTES)
    throw new Error(`${name} has not 1 to ${MOST_CERTIFICATE_BYTES} bytes`);
  return value;
}

function optionalBytes(map: ReadonlyMap<unknown, unknown>, name: string): Uint8Array | null {
  const value = map.get(name) ?? null;
  if (value === null) return null;
  if (!(value instanceof Uint8Array) || value.length > MOST_OPTIONAL_BYTES)
    throw new Error(`${name} has not at most ${MOST_OPTIONAL_BYTES} bytes`);
  return value;
}
