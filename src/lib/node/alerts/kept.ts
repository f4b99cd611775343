import * as v from 'valibot';
import {isCode} from '../../foundation/errors/table.ts';
import {nextStepSchema} from '../events/next-step-schema.ts';
import {isKept, isSubject, type Incident, type Incidents} from './incidents.ts';

const text = v.string();
const time = v.number();
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const incidentSchema = v.object({
  subject: v.pipe(v.string(), v.guard(isSubject)),
  since: time,
  severity: v.picklist(['warning', 'critical']),
  code: text,
  message: text,
  next: nextStepSchema,
  notBefore: time,
  goodAt: v.nullable(time),
  step: count,
  sent: count,
  sentAt: time,
  sentStep: count,
  isNews: v.boolean(),
  over: v.nullable(text),
});

/** The incidents of which an alert was sent, as a note of the journal. */
export function keptText(incidents: Incidents): string {
  return JSON.stringify([...incidents].filter(([, {subject, sent}]) => isKept(subject) && sent > 0));
}

/** Reads the note; what another version wrote in its own way is left out. */
export function keptIncidents(note: string | null): Incidents {
  if (note === null) return new Map();
  try {
    const read = v.safeParse(v.array(v.unknown()), JSON.parse(note));
    return new Map(read.success ? read.output.flatMap(entryOf) : []);
  } catch {
    return new Map(); // not JSON
  }
}

const entrySchema = v.tuple([text, incidentSchema]);

function entryOf(value: unknown): [string, Incident][] {
  const read = v.safeParse(entrySchema, value);
  if (!read.success) return [];
  const [key, {code, ...incident}] = read.output;
  return isCode(code) ? [[key, {...incident, code}]] : [];
}
