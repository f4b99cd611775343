import type {VrfKeySource} from '../../config/config.ts';
import {readVrfKey} from '../../config/vrf-key.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {loadVrf} from '../../protocol/vrf/ecvrf.ts';

/** What is shown of a VRF key; nothing in it is secret. */
export type VrfReport = {
  file: string;
  /** ed25519, 64 hex digits. */
  publicKey: string;
  /** Where the key that was replaced is kept. */
  backup: string | null;
};

/** @throws AosError VRF_KEY_MISSING | VRF_KEY_UNSAFE | VRF_KEY_INVALID */
export async function vrfReport(file: string, backup: string | null): Promise<VrfReport> {
  return {file, publicKey: await publicKeyOf({kind: 'file', path: file}), backup};
}

/** The same of a key that is only shown; one in the configuration itself has the name of its key there for a file. */
export async function shownVrfReport(source: VrfKeySource): Promise<VrfReport> {
  const file = source.kind === 'file' ? source.path : 'node.vrf_key';
  return {file, publicKey: await publicKeyOf(source), backup: null};
}

async function publicKeyOf(source: VrfKeySource): Promise<string> {
  const seed = readVrfKey(source);
  try {
    return Buffer.from((await loadVrf()).publicKey(seed)).toString('hex');
  } finally {
    seed.fill(0);
  }
}

export function renderVrfReport({file, publicKey, backup}: VrfReport): string {
  const rows = [
    ['key file', safeText(file)],
    ['public key', publicKey],
    ...(backup === null ? [] : [['old key', safeText(backup)]]),
  ];
  return rows.map(([name = '', value = '']) => `${name.padEnd(12)} ${value}`).join('\n');
}
