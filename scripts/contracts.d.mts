/** Compiles every .sol file of `sourceDir` (default: contracts/) to `<outDir>/<Contract>.json` with `{abi, bytecode}`. */
export function buildContracts(outDir: string, sourceDir?: string): Promise<void>;
