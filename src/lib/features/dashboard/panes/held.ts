import {count} from '../../../foundation/text/words.ts';
import {run} from '../../../foundation/next-step/next-step.ts';
import type {HeldAnswers} from '../../../node/events/events.ts';
import {age} from '../model/ages.ts';
import {joinFitting, lineCells, shown, span, type Line} from '../model/line.ts';
import {stateWord} from '../model/signs.ts';
import type {Scene} from './scene.ts';
import {indent, LABEL} from './title.ts';

/** Draws how many answers are held, when the first of their jobs ends unanswered, and what to type; no line while none is. */
export function heldLines({data, now, next}: Scene, width: number): Line[] {
  const {held} = data.view;
  if (held.count === 0) return [];
  const {text, tone} = stateWord('fail');
  const one = held.count === 1 && held.dueJob !== null;
  const step = next(one ? run('job release', [`#${held.dueJob}`]) : run('job list', ['--held']));
  const [whole, short] = deadlines(held, now);
  const answers: Line = [span(count(held.count, 'answer'))];
  // A command that has no room is on the page that explains.
  const hint: Line = [span(`→ ${shown(step)}`, 'bold')];
  const where: Line = [span('→ e explains')];
  const room = width - LABEL - 10;
  const parts = [
    [whole, hint],
    [short, hint],
    [whole, where],
    [short, where],
  ]
    .map((rest) => [answers, ...rest.flatMap((part) => (part === undefined ? [] : [part]))])
    .find((all) => lineCells(joinFitting(all, Infinity)) <= room);
  return [
    [
      ...indent('  HELD'),
      span(`${text} `, tone),
      ...joinFitting(parts ?? [answers, short ?? whole ?? []], room),
    ],
  ];
}

/** When the first job ends, with its row and without; of an operator that does not say it, since when answers are held. */
function deadlines({dueAt, dueJob, oldestAt}: HeldAnswers, now: number): Line[] {
  if (dueAt === null) return [[span(oldestAt === null ? '' : `for ${age(now - oldestAt)}`)]];
  const left = span(age(Math.max(0, dueAt - now)), 'fail');
  const short: Line = [span('ends in '), left];
  return dueJob === null ? [short] : [[span(`job #${dueJob} `), ...short], short];
}
