import {FIELDS} from '../../config/schema.ts';
import {WORKER_KINDS, type WorkerKind} from '../../protocol/wire/messages.ts';
import {networkValue} from './fields.ts';
import {line} from './line-question.ts';
import type {Known, Question} from './question.ts';
import {ENGINE_DETAILS, ENGINE_QUESTION, isEngine, SECOND_QUESTIONS, workerKind} from './questions-engine.ts';

const ABOUT: Readonly<Record<WorkerKind, string>> = {
  opml: 'answers prompts, and shows a state root',
  tee: 'answers prompts inside an enclave, and shows an attestation',
  zkml: 'checks proofs of models',
};

/** That of a running devnet, else of a worker that was found, else opml. */
function likelyKind(known: Known): WorkerKind {
  const ofNetwork = WORKER_KINDS.find((kind) => networkValue(known, FIELDS[kind].url.path) !== null);
  const found = WORKER_KINDS.find((kind) => known.facts.workers.some((worker) => worker.kind === kind));
  return ofNetwork ?? found ?? 'opml';
}

const kindQuestion: Question = {
  key: 'worker-kind',
  path: FIELDS.nodeType.path,
  flag: 'worker-kind',
  applies: () => true,
  form: (known) => ({
    kind: 'list',
    message: 'Kind of worker',
    about: 'What the program does that answers selected jobs.',
    choices: WORKER_KINDS.map((kind) => ({value: kind, name: kind, about: ABOUT[kind]})),
    suggestion: likelyKind(known),
  }),
  preset: likelyKind,
  parse(text) {
    const kind = WORKER_KINDS.find((one) => one === text.trim().toLowerCase());
    return kind === undefined
      ? {wrong: 'is no kind of worker', expected: WORKER_KINDS.join(', ')}
      : {value: kind};
  },
  check: null,
};

/** Engines that were found are of no kind of worker. */
function engineHere({facts}: Known): string {
  return facts.workers.find(({kind}) => kind === null)?.url ?? 'http://127.0.0.1:8000';
}

function urlPreset(known: Known): string {
  const kind = workerKind(known.answers);
  const {url} = FIELDS[kind];
  if (isEngine(known)) return networkValue(known, url.path) ?? engineHere(known);
  const found = known.facts.workers.find((worker) => worker.kind === kind);
  return networkValue(known, url.path) ?? found?.url ?? url.fallback ?? '';
}

const urlQuestion: Question = {
  ...line({
    key: 'worker-url',
    field: FIELDS.opml.url,
    message: 'Worker',
    about: '',
    check: 'worker',
    preset: urlPreset,
  }),
  pathFor: ({answers}) => FIELDS[workerKind(answers)].url.path,
  form: (known) => ({
    kind: 'line',
    message: isEngine(known) ? 'Engine' : `${workerKind(known.answers)} worker`,
    about: isEngine(known)
      ? 'The address of its API, without /v1. It is looked at once its models are named.'
      : 'The worker that answers selected jobs.',
    suggestion: urlPreset(known),
  }),
};

const isZkml = ({answers}: Known): boolean => workerKind(answers) === 'zkml';

/** What is asked about the worker, in this order. */
export const WORKER_QUESTIONS: readonly Question[] = [
  kindQuestion,
  ENGINE_QUESTION,
  urlQuestion,
  ...ENGINE_DETAILS,
  line({
    key: 'known-good-model',
    field: FIELDS.zkml.knownGoodModel,
    message: 'Model of a good proof',
    about: 'By a proof that is known to be good the worker shows that its false means something.',
    without: 'to send no false',
    applies: isZkml,
  }),
  line({
    key: 'known-good-proof',
    field: FIELDS.zkml.knownGoodProof,
    message: 'URL of that proof',
    about: 'The worker downloads it: http or https.',
    check: 'known-good',
    applies: (known) => isZkml(known) && (known.answers['known-good-model'] ?? '') !== '',
  }),
  ...SECOND_QUESTIONS,
];
