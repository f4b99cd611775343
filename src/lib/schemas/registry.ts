import {alertTest} from './alert.ts';
import {challengeEvidence, challengeList, challengeShow} from './challenge.ts';
import {completion} from './completion.ts';
import {configMigrate, configSchema, configShow, configValidate} from './config.ts';
import {devnetSubmit, devnetUp} from './devnet.ts';
import {doctor, doctorList} from './doctor.ts';
import type {SchemaEntry} from './entry.ts';
import {explain, explainList} from './explain.ts';
import {init} from './init.ts';
import {keysBls} from './keys-bls.ts';
import {keysVrf} from './keys-vrf.ts';
import {deregister, register, registerCheck} from './register.ts';
import {run} from './run.ts';
import {schema, schemaList} from './schema.ts';
import {signerCheck} from './signer-check.ts';
import {slashingHistory} from './slashing-history.ts';
import {status, statusWatch} from './status.ts';
import {taskExport, taskExportLines, taskList, taskShow} from './task.ts';
import {txCancel, txList, txSpeedUp} from './tx.ts';

/**
 * Every published schema by its name: `aos schema NAME` prints it, the envelope has it as `aos.NAME/v1`, and the
 * compiler refuses an {@link SchemaName} that is not here. Loaded by `aos schema` alone. In alphabetic order.
 */
export const SCHEMAS = {
  'alert-test': alertTest,
  'challenge-evidence': challengeEvidence,
  'challenge-list': challengeList,
  'challenge-show': challengeShow,
  completion,
  'config-migrate': configMigrate,
  'config-schema': configSchema,
  'config-show': configShow,
  'config-validate': configValidate,
  deregister,
  'devnet-submit': devnetSubmit,
  'devnet-up': devnetUp,
  doctor,
  'doctor-list': doctorList,
  explain,
  'explain-list': explainList,
  init,
  'keys-bls': keysBls,
  'keys-vrf': keysVrf,
  register,
  'register-check': registerCheck,
  run,
  schema,
  'schema-list': schemaList,
  'signer-check': signerCheck,
  'slashing-history': slashingHistory,
  status,
  'status-watch': statusWatch,
  'task-export': taskExport,
  'task-export-lines': taskExportLines,
  'task-list': taskList,
  'task-show': taskShow,
  'tx-cancel': txCancel,
  'tx-list': txList,
  'tx-speed-up': txSpeedUp,
} as const satisfies Readonly<Record<string, SchemaEntry>>;

export type SchemaName = keyof typeof SCHEMAS;
