import {chainTime} from '../../foundation/time/time.ts';
import {wrap} from '../../foundation/text/cells.ts';
import type {TxPlan} from '../../peers/chain/tx/plan.ts';
import {checksumAddress} from '../../protocol/wire/ethereum.ts';

/** A call for a multisig or another tool. */
export type CallReport = {title: string; to: string; data: string; valueWei: bigint};

export function callReport({title, to, data, value}: TxPlan): CallReport {
  return {title, to: checksumAddress(to), data, valueWei: value};
}

/** A call of a step, with who sends it. */
export type StepCall = CallReport & {
  /** Null where that is not known. Where an operator has other admins, one of them may send its calls too. */
  from: string | null;
  /** Chain time in RFC 3339 until which it is taken, because a signature in it expires; null where none does. */
  validUntil: string | null;
};

export function stepCall(plan: TxPlan, operator: string): StepCall {
  const {validUntil} = plan;
  return {
    ...callReport(plan),
    from: checksumAddress(operator),
    validUntil: validUntil === undefined ? null : chainTime(validUntil),
  };
}

/** A call as someone else has to make it. */
export function callLines({to, data, valueWei}: CallReport): string[] {
  return [`to    ${to}`, `value ${valueWei}`, `data  ${data}`];
}

export function stepCallLines(call: StepCall): string[] {
  const {from, validUntil} = call;
  return [
    ...(from === null ? [] : [`from  ${from}`]),
    ...callLines(call),
    ...(validUntil === null ? [] : [`until ${validUntil}, when the signature in it expires`]),
  ];
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
