import {run, say} from '../../next-step/next-step.ts';

/** The proofs that aos checks itself. See CODES in table.ts. */
export const PROOFS = {
  PROOF_ENGINE_MISSING: {
    exit: 'config',
    category: 'config',
    means:
      'The engine that checks proofs of ezkl is not installed; it declares no licence, so aos does not bring it.',
    next: run('doctor', ['--only', 'workers.zkml_engine'], 'Install it; the command is in'),
    causes: [
      'It was never installed, or by another user than the one that runs aos.',
      'It is in another folder than workers.zkml.engine_dir names.',
      'Its files are not those of the release that was tried: their SHA-256 is another one.',
    ],
  },
  PROOF_MODEL_FILES: {
    exit: 'config',
    category: 'config',
    means:
      'The verification key, the settings or the SRS of a model cannot be used, so none of its proofs is checked.',
    next: say('Put the right file there, or correct workers.zkml.models: sha256sum FILE'),
    causes: [
      'A file is missing, or this user may not read it.',
      'A file is another one than was pinned: its SHA-256 is not vk_sha256, settings_sha256 or srs_sha256.',
      'The SRS is not the 516 bytes that checking needs.',
      'The model is not in workers.zkml.models.',
    ],
  },
  PROOF_VERSION_UNKNOWN: {
    exit: 'config',
    category: 'config',
    means:
      'No engine was tried with the version of ezkl that made a proof; another one would say false to a true proof.',
    next: say('Set workers.zkml.verify to worker for this model until a release knows the version.'),
    causes: ['The model was set up with another release of ezkl.', 'settings.json is that of another model.'],
  },
  PROOF_SETTINGS_UNTRIED: {
    exit: 'config',
    category: 'config',
    means: 'A circuit or a proof asks for something that this aos does not check.',
    next: say('Set workers.zkml.verify to worker for this model.'),
    causes: [
      'Its parameters or inputs are hashed or committed to.',
      'It is of another proof system, such as PLONK, or of another curve.',
      'Its commitment is not KZG.',
    ],
  },
  PROOF_MALFORMED: {
    exit: 'data',
    category: 'data',
    means: 'A file is no whole proof, so nothing is said of it: neither true nor false.',
    next: say('Look at the file, and ask its sender for the whole one.'),
    causes: [
      'It was cut off, or has bytes behind its end.',
      'It has another number of public values than the model.',
      'It is another file, or a page with an error.',
    ],
  },
  PROOF_REPEATED: {
    exit: 'data',
    category: 'data',
    means:
      'The proof of a job is that of an earlier job; a proof holds no job id, so it does not show that this work was done.',
    next: run('job list', ['--held'], 'See the jobs whose answers are held'),
    causes: ['The job’s sender took an old proof.', 'Two jobs ask for the same work.'],
  },
  PROOF_FETCH_FAILED: {
    exit: 'unavailable',
    category: 'network',
    means: 'The proof of a job could not be downloaded, so it is not checked; that is tried again.',
    next: run('job list', ['--held'], 'See the jobs whose answers are held'),
    causes: ['The server of the proof does not answer, or has it no more.', 'The file is larger than 1 MiB.'],
  },
  PROOF_URL_REFUSED: {
    exit: 'refused',
    category: 'safety',
    means:
      'The address of a proof leads to this machine or a private network, and is not asked: a job could make the node open its own services.',
    next: say('If the proofs are served there, name the range in workers.zkml.allow_private.'),
    causes: [
      'The name of its host has a private address.',
      'Its server redirects to one.',
      'The address is no http(s) URL, or has a user or a password.',
    ],
  },
  PROOF_CHECK_TIMEOUT: {
    exit: 'unavailable',
    category: 'data',
    means: 'The check of a proof took longer than its limit and was ended; nothing is said of the proof.',
    next: say('Look at the load of this machine: uptime'),
    causes: ['The machine is overloaded.', 'The proof was made to take long.'],
  },
  PROOF_DISAGREES: {
    exit: 'negative',
    category: 'data',
    means: 'The worker and the engine do not say the same of a proof; neither word is sent.',
    next: run('job list', ['--held'], 'See the jobs whose answers are held'),
    causes: [
      'The worker has no SRS, or another one: it says false to every proof then.',
      'The worker, or what is between it and this node, lies.',
      'The files in workers.zkml.models are not those of the worker’s model.',
    ],
  },
  PROOF_UNPROVEN: {
    exit: 'unavailable',
    category: 'config',
    means:
      'The engine says false, and has not yet said true to any proof of this model; with a wrong SRS it says false to everything, so the word is not sent.',
    next: say('Name a proof of this model that is known to be good in workers.zkml.known_good.'),
    causes: [
      'The SRS of workers.zkml.models.<name>.srs is another one than the proofs were made with.',
      'The first proof of a model is false.',
    ],
  },
  PROOF_ENGINE_FAILED: {
    exit: 'bug',
    category: 'bug',
    means: 'The engine ended, or said something that is not known of it; nothing is said of the proof.',
    next: run('verify proof', ['FILE'], 'Check the proof by hand'),
    causes: ['It ran out of its memory, which is limited.', 'The thread was ended by the system.'],
  },
} as const;
