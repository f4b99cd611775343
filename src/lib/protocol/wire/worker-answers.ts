import {objectAt, messageInvalid, optionalText, requiredText} from './fields.ts';
import {parseJson, type JsonObject} from './json.ts';
import {readEngineFacts, type EngineFacts} from './engine-body.ts';
import {opmlCallbackOf, type WorkerKind} from './messages.ts';

/** What a worker said to a request, whatever its kind. */
export type WorkerAnswer = {
  kind: WorkerKind;
  requestId: string;
  /** The text; it may be empty. */
  answer: string;
  /** What it repeats of the request; '' where it repeats nothing, or what its kind does not have from the request. */
  model: string;
  prompt: string;
  /** Of an opml worker; '' for others. */
  stateRoot: string;
  /** Of a tee worker, base64; '' for others. */
  attestation: string;
  /** Of an OpenAI-compatible server: which engine it is; null for others. */
  engine: EngineFacts | null;
  /** Why it cannot be the answer to a job, whatever its text says; null: it may be. */
  flaw: string | null;
  /**
   * Why what should be its attestation is none, of a tee worker; null: it is base64 of something. Without a check of
   * attestations it cannot be an answer then; with one the check decides.
   */
  unattested: string | null;
};

/** The published enclave's document has about 5 KiB. */
const MOST_ATTESTATION = 64 * 1024;

/**
 * Reads what a worker of a kind sent as an answer: the body of its callback, or of its reply where it sends none.
 * @throws AosError FRAME_* | MESSAGE_INVALID
 */
export function readWorkerAnswer(kind: WorkerKind, bytes: Uint8Array): WorkerAnswer {
  return READ[kind](bytes);
}

/** Member of a callback that names the request; null: workers of the kind answer in their reply, and send no callback. */
export const CALLBACK_ID: Readonly<Record<WorkerKind, string | null>> = {
  opml: 'req_id',
  tee: 'request_id',
  zkml: null,
};

const READ: Readonly<Record<WorkerKind, (bytes: Uint8Array) => WorkerAnswer>> = {
  opml: readOpml,
  tee: readTee,
  zkml: readZkml,
};

const NOTHING = {
  model: '',
  prompt: '',
  stateRoot: '',
  attestation: '',
  engine: null,
  flaw: null,
  unattested: null,
} as const;

function readOpml(bytes: Uint8Array): WorkerAnswer {
  const body = bodyOf(bytes);
  const {req_id, answer, model, prompt, state_root} = opmlCallbackOf(body);
  const said = {requestId: req_id, answer, model, prompt, stateRoot: state_root};
  return {...NOTHING, kind: 'opml', ...said, engine: readEngineFacts(body)};
}

/** The worker names a model of its own and no node, so the request id alone says what it answers. */
function readTee(bytes: Uint8Array): WorkerAnswer {
  const body = bodyOf(bytes);
  const given = body.get('attestation');
  const attestation = typeof given === 'string' ? given : '';
  return {
    ...NOTHING,
    kind: 'tee',
    requestId: requiredText(body, 'body', 'request_id'),
    answer: textOf(body, 'answer'),
    prompt: optionalText(body, 'body', 'prompt'),
    attestation,
    unattested: attestationFlaw(attestation),
  };
}

function readZkml(bytes: Uint8Array): WorkerAnswer {
  const body = bodyOf(bytes);
  const answer = textOf(body, 'result');
  const isWord = answer === 'true' || answer === 'false';
  return {
    ...NOTHING,
    kind: 'zkml',
    requestId: requiredText(body, 'body', 'req_id'),
    answer,
    flaw: isWord ? null : 'the answer is neither true nor false',
  };
}

/** Why an attestation is none; null: it is base64 of a document. What the document says is not looked at. */
function attestationFlaw(text: string): string | null {
  if (text === '') return 'its attestation is missing';
  if (text.length > MOST_ATTESTATION)
    return `its attestation has ${text.length} characters of at most ${MOST_ATTESTATION}`;
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  return isBase64 ? null : 'its attestation is no base64';
}

function bodyOf(bytes: Uint8Array): JsonObject {
  return objectAt(parseJson(bytes).value, 'body');
}

function textOf(body: JsonObject, name: string): string {
  const text = body.get(name);
  if (typeof text !== 'string') throw messageInvalid(`body.${name}`, 'a string');
  return text;
}
