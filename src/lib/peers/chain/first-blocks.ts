/** Blocks in which EigenLayer's contracts were deployed: no log of them, or of an AVS on them, is older. */
export type FirstBlocks = {
  delegationManager: number;
  /** No AVS, and so no registration or ejection, is older. */
  avsDirectory: number;
  /** No slash is older. */
  allocationManager: number;
};

/** By chain id, from the deployment records listed in docs/eigenlayer.md#core-contracts. */
const FIRST_BLOCKS: ReadonlyMap<number, FirstBlocks> = new Map([
  [1, {delegationManager: 17_445_563, avsDirectory: 19_492_759, allocationManager: 22_218_956}],
  [17_000, {delegationManager: 1_167_044, avsDirectory: 1_167_044, allocationManager: 2_969_816}],
  [560_048, {delegationManager: 165_017, avsDirectory: 165_017, allocationManager: 165_017}],
  [11_155_111, {delegationManager: 8_086_458, avsDirectory: 8_086_458, allocationManager: 8_086_458}],
]);

/** Returns the first blocks of a chain; 0 for chains that are not in the table. */
export function firstBlocks(chainId: number): FirstBlocks {
  return FIRST_BLOCKS.get(chainId) ?? {delegationManager: 0, avsDirectory: 0, allocationManager: 0};
}
