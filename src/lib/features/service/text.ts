import {checkLines, verdictLines, type ListStyle} from '../../cli/check-list.ts';
import type {ServiceStatus} from './status.ts';

/** The report for people. */
export function statusText({unit, scope, checks}: ServiceStatus, style: ListStyle): string {
  return [
    `${unit} (${scope} service)`,
    ...checkLines(checks, style),
    '',
    ...verdictLines(checks, style),
  ].join('\n');
}
