import type {SignerFaults} from './faults.ts';
import {devKey, type DevKey} from './keys.ts';

/** Private keys from a source, and the number of unreadable key files. */
export type LoadedKeys = {keys: readonly string[]; errors: number};

export type ReloadState = 'idle' | 'running' | 'completed' | 'completed_with_errors' | 'failed';

/** The keys in memory; a reload replaces all of them, as in Web3Signer. */
export type KeyRing = {
  byAddress(address: string): DevKey | undefined;
  byPublicKey(identifier: string): DevKey | undefined;
  /** Sorted by address. */
  all(): readonly DevKey[];
  errors(): number;
  /** Starts loading again in the background; false while one runs. */
  reload(): boolean;
  /** In the order of the members of Web3Signer's answer. */
  status(): {lastError?: string; lastOperationTime?: string; status: ReloadState};
};

type Loaded = {
  addresses: ReadonlyMap<string, DevKey>;
  publicKeys: ReadonlyMap<string, DevKey>;
  sorted: readonly DevKey[];
  errors: number;
};

function index({keys, errors}: LoadedKeys): Loaded {
  const sorted = keys.map(devKey).sort((a, b) => (a.address < b.address ? -1 : 1));
  return {
    addresses: new Map(sorted.map((key) => [key.address, key])),
    publicKeys: new Map(sorted.map((key) => [key.publicKey, key])),
    sorted,
    errors,
  };
}

/**
 * Loads the keys and resolves when they are ready.
 * @throws AosError USAGE for an invalid key, and the errors of `load`
 */
export async function createKeyRing(load: () => Promise<LoadedKeys>): Promise<KeyRing> {
  let loaded = index(await load());
  let status: ReloadState = 'idle';
  let lastOperationTime: string | undefined;
  let lastError: string | undefined;

  async function reload(): Promise<void> {
    try {
      loaded = index(await load());
      status = loaded.errors === 0 ? 'completed' : 'completed_with_errors';
      lastError = loaded.errors === 0 ? undefined : loadingErrors(loaded.errors);
    } catch {
      status = 'failed';
      lastError = 'Reload failed';
    }
    lastOperationTime = nanosecondTime();
  }

  return {
    byAddress: (address) => loaded.addresses.get(address),
    byPublicKey: (identifier) => loaded.publicKeys.get(identifier),
    all: () => loaded.sorted,
    errors: () => loaded.errors,
    reload() {
      if (status === 'running') return false;
      status = 'running';
      void reload();
      return true;
    },
    status: () => ({
      ...(lastError === undefined ? {} : {lastError}),
      ...(lastOperationTime === undefined ? {} : {lastOperationTime}),
      status,
    }),
  };
}

/** The keys without those of `lost`, as after key files that could not be loaded. */
function withoutKeys(ring: KeyRing, lost: (key: DevKey) => boolean): KeyRing {
  const left = (key: DevKey | undefined): DevKey | undefined =>
    key === undefined || lost(key) ? undefined : key;
  const failed = ring.all().filter(lost).length;
  return {
    ...ring,
    byAddress: (address) => left(ring.byAddress(address)),
    byPublicKey: (identifier) => left(ring.byPublicKey(identifier)),
    all: () => ring.all().filter((key) => !lost(key)),
    errors: () => ring.errors() + failed,
    status() {
      const {lastOperationTime, status, ...rest} = ring.status();
      // Before the first reload nothing is said of files that failed.
      if (failed === 0 || lastOperationTime === undefined || status === 'running' || status === 'failed')
        return ring.status();
      const lastError = loadingErrors(ring.errors() + failed);
      return {...rest, lastError, lastOperationTime, status: 'completed_with_errors'};
    },
  };
}

/** The keys as the faults leave them. */
export function loadedKeys(ring: KeyRing, {noKeys, failedKeys = []}: SignerFaults): KeyRing {
  if (noKeys === true)
    return {...ring, byAddress: () => undefined, byPublicKey: () => undefined, all: () => []};
  if (failedKeys === 'all') return withoutKeys(ring, () => true);
  if (failedKeys.length === 0) return ring;
  const failed = new Set(failedKeys.map((address) => address.toLowerCase()));
  return withoutKeys(ring, ({address}) => failed.has(address));
}

const loadingErrors = (count: number): string => `Reload completed with ${count} signer loading error(s)`;

/** The time as Java's clock gives it, with nine decimals. */
function nanosecondTime(): string {
  const fraction = String(process.hrtime.bigint() % 1_000_000n).padStart(6, '0');
  return new Date().toISOString().replace('Z', `${fraction}Z`);
}
