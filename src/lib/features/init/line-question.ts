import type {Field} from '../../config/schema.ts';
import {byField, networkValue} from './fields.ts';
import type {Check, Known, Question, QuestionKey} from './question.ts';

type Line = {
  key: QuestionKey;
  field: Field<unknown>;
  message: string;
  about: string;
  /** May be left empty; what for, such as `to name it later`. */
  without?: string;
  check?: Check;
  /** Shown in brackets, taken by Enter. [the preset] */
  suggestion?: (known: Known) => string;
  /** What `--yes` takes. [what the network brings; '' for an optional one] */
  preset?: (known: Known) => string | null;
  applies?: (known: Known) => boolean;
};

/** A question whose answer is one line of text. */
export function line(facts: Line): Question {
  const {key, field, message, about, without, check = null} = facts;
  const optional = without !== undefined;
  const preset =
    facts.preset ?? ((known: Known) => networkValue(known, field.path) ?? (optional ? '' : null));
  return {
    key,
    path: field.path,
    flag: key,
    applies: facts.applies ?? (() => true),
    form(known) {
      const suggestion = facts.suggestion?.(known) ?? preset(known) ?? '';
      const present = known.answers[key] ?? suggestion;
      // Enter takes what is in brackets; Backspace takes the brackets away.
      const how = present === '' ? 'Leave it empty' : 'Backspace and Enter';
      return {kind: 'line', message, about: optional ? `${about} ${how} ${without}.` : about, suggestion};
    },
    preset,
    parse: byField(field, {optional}),
    check,
  };
}
