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
  status(): {status: ReloadState; lastOperationTime?: string; lastError?: string};
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
      lastError =
        loaded.errors === 0 ? undefined : `Reload completed with ${loaded.errors} signer loading error(s)`;
    } catch {
      status = 'failed';
      lastError = 'Reload failed';
    }
    lastOperationTime = new Date().toISOString();
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
      status,
      ...(lastOperationTime === undefined ? {} : {lastOperationTime}),
      ...(lastError === undefined ? {} : {lastError}),
    }),
  };
}
