import {wrap} from '../../foundation/text/cells.ts';
import type {TxPlan} from '../../peers/chain/tx/plan.ts';
import {checksumAddress} from '../../protocol/wire/ethereum.ts';

/** A call for a multisig or another tool. */
export type CallReport = {title: string; to: string; data: string; valueWei: bigint};

export function callReport({title, to, data, value}: TxPlan): CallReport {
  return {title, to: checksumAddress(to), data, valueWei: value};
}

/** A call as someone else has to make it. */
export function callLines({to, data, valueWei}: CallReport): string[] {
  return [`to    ${to}`, `value ${valueWei}`, `data  ${data}`];
}

/** The appointments for people, each call in pieces to be copied. */
export function appointmentLines(appointments: readonly CallReport[], width: number): string[] {
  if (appointments.length === 0) return [];
  return [
    '',
    ...wrap(
      'The operator has other admins. One of them sends the calls above, or lets this address send them by these:',
      width,
    ),
    ...appointments.flatMap((call) => [
      ...wrap(`  ${call.title}`, width),
      ...callLines(call).map((line) => `    ${line}`),
    ]),
  ];
}
