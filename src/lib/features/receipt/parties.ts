import {findConfig} from '../../config/file.ts';
import {sanitizeText} from '../../config/sanitize.ts';
import {usableConfig, type UsableConfig} from '../../config/usable.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import type {Parties} from '../../protocol/receipt/receipt.ts';

/** `chain.vrf_sort_precision` of the network. */
const PRECISION = 6;

export type PartyFlags = {
  operator: string | undefined;
  dispatcher: string | undefined;
  formerDispatchers: readonly string[];
  ranges: Parties['ranges'];
  precision: number | undefined;
};

/**
 * The parties that a receipt is compared with: as the flags say, else as the configuration does where there is one. A
 * configuration of another operator says nothing. Reads no journal and asks nothing of the network.
 * @throws AosError USAGE without an operator | CONFIG_* when the file that was named cannot be read
 */
export function partiesFor(
  flags: PartyFlags,
  configFlag: string | undefined,
  note: (line: string) => void,
): {parties: Parties; config: UsableConfig | null} {
  const config = configOf(configFlag, note);
  const operator = flags.operator ?? config?.nodeId ?? null;
  if (operator === null)
    throw new AosError('USAGE', 'no operator is named to compare the receipt with', {
      next: say(
        'Name the address of its operator: --operator 0x…, and that of its dispatcher: --dispatcher 0x…',
      ),
    });
  const own =
    config !== null && config.nodeId !== null && sameAddress(operator, config.nodeId) ? config : null;
  return {
    config: own,
    parties: {
      operator,
      dispatcher: flags.dispatcher ?? own?.dispatcherAddress ?? null,
      formerDispatchers: [...flags.formerDispatchers, ...(own?.formerDispatchers ?? [])],
      ranges: flags.ranges,
      precision: flags.precision ?? own?.vrfSortPrecision ?? PRECISION,
    },
  };
}

function configOf(flag: string | undefined, note: (line: string) => void): UsableConfig | null {
  const {env} = process;
  const cwd = process.cwd();
  const found = findConfig({flag, env, cwd});
  if (found === null) return null;
  const config = usableConfig({file: found.path, env, cwd});
  if (isAosError(config.error, 'CONFIG_MISSING', 'CONFIG_UNREADABLE')) {
    if (flag !== undefined) throw config.error;
    return null; // one that lies about, of another user
  }
  note(`config: ${sanitizeText(found.path)}`);
  return config;
}
