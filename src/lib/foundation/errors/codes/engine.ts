import {run, say} from '../../next-step/next-step.ts';

/** Engines that answer in place of the published opml worker. See CODES in table.ts. */
export const ENGINE = {
  WORKER_CHANGED: {
    exit: 'unavailable',
    category: 'safety',
    means:
      'The engine has another model or build than when it gave its first answer in this run; no answer of it is sent.',
    next: run('restart', [], 'If you changed it yourself, take it as it is now'),
    causes: [
      'The engine was updated, or started with another model, while aos ran.',
      'The machines behind one URL do not all run the same version and the same model.',
      'The name of the model points to something else now: ollama pull, a new revision.',
    ],
  },
  REQUEST_REJECTED: {
    exit: 'unavailable',
    category: 'data',
    means:
      'The engine does not take the request of a job. That says nothing of the engine; the job is asked about again later.',
    next: run('job list', ['--state', 'selected,unanswered']),
    causes: [
      'The prompt, with max_tokens, is longer than the context of the model.',
      'The engine does not know one of the parameters: workers.opml.api, and its log.',
      'The model has no chat template, which workers.opml.api: chat needs.',
    ],
  },
  ENGINE_FILE_INVALID: {
    exit: 'config',
    category: 'config',
    means:
      'A file that workers.opml names for its engine, the API key or the CA certificate, cannot be used.',
    next: say('Correct workers.opml.api_key_file or workers.opml.ca.'),
    causes: [
      'The file is not there, or is empty.',
      'The key is more than one line.',
      'workers.opml.ca holds no PEM certificate.',
    ],
  },
} as const;
