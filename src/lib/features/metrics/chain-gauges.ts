import type {CheckState} from '../../foundation/check/check.ts';
import {COST_KINDS} from '../../node/events/standing.ts';
import {flag, labelledGauge, plainGauge, seconds, type ViewGauge} from './gauge-table.ts';

const WEI = 1e18;
const KNOWN: ReadonlySet<string> = new Set<CheckState>(['ok', 'warn', 'fail']);

/** What the chain says of this operator, as it was last read. */
export const CHAIN_GAUGES: readonly ViewGauge[] = [
  plainGauge('aos_chain_block', 'The newest block of the RPC.', ({block}) =>
    block === null ? null : Number(block.number),
  ),
  plainGauge('aos_chain_block_timestamp_seconds', 'The time of that block.', ({block}) =>
    seconds(block?.blockAt),
  ),
  plainGauge('aos_chain_rpc_seconds', 'How long the RPC took to name it.', ({block}) =>
    seconds(block?.rpcMs),
  ),
  plainGauge(
    'aos_chain_read_timestamp_seconds',
    'When the chain was last asked about this operator, with success.',
    ({standing}) => seconds(standing?.readAt),
  ),
  plainGauge('aos_registered', 'Whether this operator is registered.', ({standing}) => {
    const state = standing?.figures?.registration.state ?? 'unknown';
    return state === 'unknown' ? null : flag(state === 'registered');
  }),
  plainGauge('aos_gas_balance_eth', 'ETH of node_id.', ({standing}) => {
    const wei = standing?.figures?.gas.balanceWei;
    return wei === undefined ? null : Number(wei) / WEI;
  }),
  plainGauge(
    'aos_gas_registrations',
    'Registrations that it pays for at the present price of gas.',
    ({standing}) => standing?.figures?.gas.registrations,
  ),
  plainGauge(
    'aos_challenges_open',
    'Challenges within their window that are not answered.',
    ({standing}) => standing?.figures?.challenges?.open.length,
  ),
  plainGauge(
    'aos_penalties',
    'Penalties of this operator in the ledger.',
    ({standing}) => standing?.figures?.penalties?.length,
  ),
  labelledGauge(
    'aos_chain_costs',
    'What on chain costs money now, or will unless someone acts.',
    ['kind', 'severity'],
    ({standing}) => {
      if (standing === null) return [];
      return COST_KINDS.flatMap((kind) =>
        (['warning', 'critical'] as const).map((severity) => ({
          labels: {kind, severity},
          value: standing.costs.filter((cost) => cost.kind === kind && cost.severity === severity).length,
        })),
      );
    },
  ),
];

/** What the AVS specification of EigenLayer names (docs/metrics.md#names-of-eigenlayer), as its SDK exports it. */
const AVS = {avs_name: 'aos'} as const;

export const EIGEN_GAUGES: readonly ViewGauge[] = [
  labelledGauge(
    'eigen_performance_score',
    'Per cent of the jobs of the last day that a worker of this node had to answer and has answered; 100 while there is none.',
    ['avs_name'],
    ({work}) => {
      const day = work?.rates?.day;
      const score = day === undefined || day.selected === 0 ? 100 : (100 * day.answered) / day.selected;
      return [{labels: AVS, value: Math.min(100, score)}];
    },
  ),
  labelledGauge(
    'eigen_registered_stakes',
    'Stake of this operator as the registry recorded it, by quorum or operator set, with 18 decimals.',
    ['avs_name', 'quorum_number', 'quorum_name'],
    ({standing}) => {
      const figures = standing?.figures ?? null;
      if (figures === null) return [];
      const {group} = figures.registration;
      return figures.quorums.flatMap(({number, recorded}) =>
        recorded === null
          ? []
          : [
              {
                labels: {...AVS, quorum_number: String(number), quorum_name: `${group} ${number}`},
                value: Number(recorded),
              },
            ],
      );
    },
  ),
  labelledGauge(
    'eigen_slashing_status',
    'Whether slashing has taken a part of the stake.',
    ['avs_name'],
    ({standing}) => {
      const link = standing?.links.find(({id}) => id === 'slashed');
      // A penalty that is recorded and not executed (warn) has taken nothing yet.
      return link === undefined || !KNOWN.has(link.state)
        ? []
        : [{labels: AVS, value: flag(link.state === 'fail')}];
    },
  ),
];
