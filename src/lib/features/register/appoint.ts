import type {ResolvedContracts} from '../../peers/chain/contract-types.ts';
import type {Chain} from '../../peers/chain/open.ts';
import {planAppointments} from '../../peers/chain/plans/appointments.ts';
import {callReport, type CallReport} from './call.ts';
import type {Hex} from './key.ts';
import type {StepReport} from './report.ts';

/**
 * The calls by which an admin lets the operator's own address make the calls of these steps; none where it may make them.
 * @throws AosError as {@link Chain.read}
 */
export async function appointmentsFor(
  chain: Chain,
  {contracts, operator}: {contracts: ResolvedContracts; operator: Hex},
  steps: readonly StepReport[],
): Promise<CallReport[]> {
  const calls = steps.flatMap(({call}) => (call === null ? [] : [call]));
  return (await planAppointments(chain, contracts, operator, calls)).map(callReport);
}
