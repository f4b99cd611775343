import type {EngineConfig} from '../../config/config.ts';
import {modelPair} from '../../config/engine-values.ts';
import {FIELDS} from '../../config/schema.ts';
import type {Parsed} from '../../config/value-type.ts';
import {WORKER_KINDS, type WorkerKind} from '../../protocol/wire/messages.ts';
import {byField, networkValue} from './fields.ts';
import {line} from './line-question.ts';
import type {Answers, Choice, Known, Question} from './question.ts';

const {opml} = FIELDS;
/** One pair of the list. */
const PAIR = {...opml.models, kind: 'one', type: modelPair} as const;

/** The kind of worker by the answers; opml while there is none. */
export function workerKind(answers: Answers): WorkerKind {
  return WORKER_KINDS.find((kind) => kind === answers['worker-kind']) ?? 'opml';
}

/** Whether an OpenAI-compatible engine answers in the place of the network's opml worker. */
export function isEngine({answers}: Pick<Known, 'answers'>): boolean {
  return workerKind(answers) === 'opml' && answers.engine === 'openai';
}

/** The pairs of a list such as `JOB=ENGINE,JOB=ENGINE`. */
export function modelTexts(text: string): readonly string[] {
  return text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
}

/**
 * The engine of the answers, as `aos run` will ask it; null: there is none, or not all of it is answered.
 * @param keyFile absolute path of its API key; null: it wants none
 */
export function engineConfigOf(known: Pick<Known, 'answers'>, keyFile: string | null): EngineConfig | null {
  const {answers} = known;
  const models = modelTexts(answers['engine-models'] ?? '').flatMap((pair) => {
    const parsed = modelPair.parse(pair);
    return 'wrong' in parsed ? [] : [[parsed.value.job, parsed.value.engine] as const];
  });
  if (!isEngine(known) || models.length === 0) return null;
  return {
    api: answers['engine-api'] === 'completions' ? 'completions' : 'chat',
    models: new Map(models),
    ...{seed: 0, temperature: 0, topP: 1, maxTokens: 1024, ca: null, logprobs: false},
    apiKeyFile: keyFile,
  };
}

type List = Pick<Question, 'key' | 'path' | 'applies' | 'preset'> & {
  message: string;
  about: string;
  choices: readonly Choice[];
};

function list({key, path, applies, preset, message, about, choices}: List): Question {
  return {
    ...{key, path, flag: key, applies, preset, check: null},
    form: (known) => ({
      ...{kind: 'list', message, about, choices},
      suggestion: preset(known) ?? choices[0]?.value ?? '',
    }),
    parse(text) {
      const choice = choices.find(({value}) => value === text.trim().toLowerCase());
      const expected = choices.map(({value}) => value).join(' or ');
      return choice === undefined ? {wrong: 'is none of them', expected} : {value: choice.value};
    },
  };
}

/** Who answers opml jobs. */
export const ENGINE_QUESTION: Question = list({
  key: 'engine',
  path: opml.engine.path,
  applies: ({answers}) => workerKind(answers) === 'opml',
  preset: (known) => networkValue(known, opml.engine.path) ?? 'published',
  message: 'What is it',
  about:
    'Another engine may give another text than the network’s worker, which is an incorrect inference result.',
  choices: [
    {value: 'published', name: 'the network’s worker', about: 'the published opml worker'},
    {value: 'openai', name: 'an engine', about: 'OpenAI-compatible: vLLM, Ray Serve, llama.cpp, Ollama, TGI'},
  ],
});

/** How an engine is asked; the last answer has it looked at. */
export const ENGINE_DETAILS: readonly Question[] = [
  list({
    key: 'engine-api',
    path: opml.api.path,
    applies: isEngine,
    // No default is right for every model.
    preset: (known) => networkValue(known, opml.api.path),
    message: 'Asked by',
    about: 'How the engine gets the prompt of a job.',
    choices: [
      {value: 'chat', name: 'chat', about: 'in the chat template of its model'},
      {value: 'completions', name: 'completions', about: 'as it is'},
    ],
  }),
  line({
    key: 'engine-key-file',
    field: opml.apiKeyFile,
    message: 'File with its API key',
    about: 'Mode 0600, the key alone on one line.',
    without: 'where the engine wants none',
    applies: isEngine,
  }),
  {
    ...line({
      key: 'engine-models',
      field: PAIR,
      message: 'Models',
      about:
        'JOB=ENGINE: the model that jobs name, and the engine’s model that answers them; several with commas.',
      check: 'worker',
      applies: isEngine,
    }),
    parse: parseModels,
  },
];

function parseModels(text: string): Parsed<string> {
  const one = byField(PAIR, {optional: false});
  const pairs = modelTexts(text);
  if (pairs.length === 0) return one('');
  const jobs = new Set<string>();
  for (const pair of pairs) {
    const parsed = one(pair);
    if ('wrong' in parsed) return parsed;
    const [job = ''] = pair.split('=');
    if (jobs.has(job.trim()))
      return {wrong: 'names a model of jobs twice', expected: opml.models.type.expected};
    jobs.add(job.trim());
  }
  return {value: pairs.join(',')};
}

const isCompared = (known: Known): boolean => isEngine(known) || workerKind(known.answers) === 'zkml';
const hasSecond = (known: Known): boolean => isCompared(known) && (known.answers['second-url'] ?? '') !== '';

/** The worker that answers are compared with, where they can be. */
export const SECOND_QUESTIONS: readonly Question[] = [
  {
    ...line({
      key: 'second-url',
      field: FIELDS.zkml.second,
      message: 'Second worker',
      about: 'A share of the answers is compared with its own before they are delivered.',
      without: 'for none',
      check: 'second',
      applies: isCompared,
      preset: (known) => networkValue(known, FIELDS[workerKind(known.answers)].second.path) ?? '',
    }),
    pathFor: ({answers}) => FIELDS[workerKind(answers)].second.path,
  },
  {
    ...line({
      key: 'second-sample',
      field: FIELDS.zkml.sample,
      message: 'Share that is compared',
      about: 'Above 0 and at most 1: 0.05 is one answer in twenty, 1 is all.',
      applies: hasSecond,
      preset: (known) => networkValue(known, FIELDS[workerKind(known.answers)].sample.path) ?? '0.05',
    }),
    pathFor: ({answers}) => FIELDS[workerKind(answers)].sample.path,
  },
];
