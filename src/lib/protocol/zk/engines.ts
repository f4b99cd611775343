/** A release of the engine, and what its files hash to: SHA-256 in hex, by their names in its folder `nodejs`. */
export type EngineRelease = {
  /** Of the npm package `@ezkljs/engine`. */
  readonly version: string;
  readonly script: string;
  readonly wasm: string;
};

const RELEASE_12_0_1: EngineRelease = {
  version: '12.0.1',
  script: '8ed5346891fe7053ea4aa7cfd5fd6ff5c4a6730a85ab6179f4274d663d0e6099',
  wasm: 'd698654a6071c81eade03c02f1f4f7deab81d6699e53a71c17985cf2f359d96e',
};

/**
 * The engine that reads the proofs of a version of ezkl, by the `version` of settings.json: only pairs that were tried. The
 * versions of both packages do not follow each other, and an engine that is too new says false to a true proof.
 */
const ENGINES: ReadonlyMap<string, EngineRelease> = new Map([['15.1.0', RELEASE_12_0_1]]);

/** The engine for a version of ezkl; null: none was tried with it. */
export function engineFor(ezklVersion: string): EngineRelease | null {
  return ENGINES.get(ezklVersion) ?? null;
}

/** The versions of ezkl whose proofs can be checked. */
export const KNOWN_EZKL_VERSIONS: readonly string[] = [...ENGINES.keys()];

/** The engine that is installed unless a settings.json asks for another. */
export const USUAL_ENGINE = RELEASE_12_0_1;

/** The name that the engine has in a node_modules folder, so that several can be there: an alias of npm. */
export function engineAlias({version}: Pick<EngineRelease, 'version'>): string {
  return `ezkl-engine-${version}`;
}

/** What npm installs a release as. */
export function enginePackage(release: Pick<EngineRelease, 'version'>): string {
  return `${engineAlias(release)}@npm:@ezkljs/engine@${release.version}`;
}
