import type {SqlValue} from './driver.ts';
import type {JobQuery} from './job-query-types.ts';

/** A condition of SQL with the values of its places. */
export type Condition = {where: string; values: SqlValue[]};

/** Returns a query as a condition. @param isHeld the condition of a job with a held answer */
export function conditionOf(
  {states, outcomes, kinds, tags, since, held = false}: JobQuery,
  outcome: string,
  isHeld: string,
): Condition {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  const among = (column: string, texts: readonly string[]): string => {
    values.push(...texts);
    return `${column} IN (${texts.map(() => '?').join(', ')})`;
  };
  const stages = [
    ...(states.length > 0 ? [among('j.state', states)] : []),
    ...(outcomes.length > 0 ? [among(outcome, outcomes)] : []),
  ];
  if (stages.length > 0) conditions.push(`(${stages.join(' OR ')})`);
  if (kinds.length > 0) conditions.push(among('j.kind', kinds));
  if (tags.length > 0) conditions.push(among('j.tag', tags));
  if (held) conditions.push(isHeld);
  if (since !== null) {
    conditions.push('j.received_at >= ?');
    values.push(since);
  }
  return {where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values};
}
