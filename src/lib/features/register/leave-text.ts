import type {ListStyle} from '../../cli/check-list.ts';
import {wrap} from '../../foundation/text/cells.ts';
import {flowNamed} from '../../peers/chain/flows/list.ts';
import {appointmentLines} from './call.ts';
import type {DeregisterReport} from './deregister.ts';
import {stepLines} from './report.ts';

/** The answer of `aos deregister` for people. */
export function deregisterText(report: DeregisterReport, style: ListStyle): string {
  const {flow, steps, stays, remaining, appointments} = report;
  const {group, stays: always} = flowNamed(flow).words;
  const {range, slashableUntil, canReregister} = stays;
  const lines = [
    ...(remaining.length === 0 ? [] : [`being in the ${group.many} ${remaining.join(', ')}`]),
    ...(range === null
      ? []
      : [`the sampling range ${range.start} to ${range.end}; only its owner can take it away`]),
    ...(canReregister === false
      ? ['the address on the service manager’s list, so that it cannot register there again']
      : []),
    ...(slashableUntil === null
      ? []
      : [
          `stake allocated to the sets, slashable until block ${slashableUntil}; until then they do not take it back`,
        ]),
    always,
  ];
  const rest = lines.flatMap((line) => wrap(`  ${line}`, style.width));
  return [...stepLines(steps, style), 'stays:', ...rest, ...appointmentLines(appointments, style.width)].join(
    '\n',
  );
}
