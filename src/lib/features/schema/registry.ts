import {alertMute, alertTest} from '../alert/schema.ts';
import {backupCreate, backupRestore, backupVerify} from '../backup/schema.ts';
import {challengeEvidence, challengeList, challengeShow} from '../challenge/schema.ts';
import {completion} from '../completion/schema.ts';
import {configMigrate, configSchema, configShow, configValidate} from '../config/schema.ts';
import {devnetAct, devnetFault, devnetStart, devnetStop, devnetSubmit, devnetUp} from '../devnet/schema.ts';
import {doctor, doctorList} from '../doctor/schema.ts';
import type {SchemaEntry} from '../../cli/schema/entry.ts';
import type {SchemaName} from '../../cli/schema/names.ts';
import {explain, explainList} from '../explain/schema.ts';
import {guide} from '../guide/schema.ts';
import {init} from '../init/schema.ts';
import {keysBls} from '../keys/bls-schema.ts';
import {keysEcdsa} from '../keys/ecdsa-schema.ts';
import {keysVrf} from '../keys/vrf-schema.ts';
import {deregister, deregisterCheck, register, registerCheck} from '../register/schema.ts';
import {drain, reload, restart, stop} from '../life/schema.ts';
import {logs} from '../logs/schema.ts';
import {run} from '../run/schema.ts';
import {schema, schemaList} from './schema.ts';
import {serviceInstall, serviceStatusEntry, serviceUninstall} from '../service/schema.ts';
import {signerCheck} from '../signer/schema.ts';
import {slashingHistory} from '../slashing-history/schema.ts';
import {status, statusWatch} from '../status/schema.ts';
import {
  jobExport,
  jobExportLines,
  jobList,
  jobReceipt,
  jobRefused,
  jobRelease,
  jobRetry,
  jobShow,
} from '../job/schema.ts';
import {jobVerify, verifyReceipt} from '../receipt/schema.ts';
import {txCancel, txCheck, txList, txSpeedUp} from '../tx/schema.ts';
import {update, updateCheck} from '../update/schema.ts';
import {verifyAttestationEntry} from '../verify/attestation-schema.ts';
import {verifyProof} from '../verify/schema.ts';
import {workerCheck} from '../worker/schema.ts';

/**
 * Every published schema by its name: `aos schema NAME` prints it, the envelope has it as `aos.NAME/v1`, and the
 * compiler refuses a missing or an unknown {@link SchemaName}. Loaded by `aos schema` alone. In alphabetic order.
 */
export const SCHEMAS = {
  'alert-mute': alertMute,
  'alert-test': alertTest,
  'backup-create': backupCreate,
  'backup-restore': backupRestore,
  'backup-verify': backupVerify,
  'challenge-evidence': challengeEvidence,
  'challenge-list': challengeList,
  'challenge-show': challengeShow,
  completion,
  'config-migrate': configMigrate,
  'config-schema': configSchema,
  'config-show': configShow,
  'config-validate': configValidate,
  deregister,
  'deregister-check': deregisterCheck,
  'devnet-act': devnetAct,
  'devnet-fault': devnetFault,
  'devnet-start': devnetStart,
  'devnet-stop': devnetStop,
  'devnet-submit': devnetSubmit,
  'devnet-up': devnetUp,
  doctor,
  'doctor-list': doctorList,
  drain,
  explain,
  'explain-list': explainList,
  guide,
  init,
  'keys-bls': keysBls,
  'keys-ecdsa': keysEcdsa,
  'keys-vrf': keysVrf,
  logs,
  register,
  'register-check': registerCheck,
  reload,
  restart,
  run,
  schema,
  'schema-list': schemaList,
  'service-install': serviceInstall,
  'service-status': serviceStatusEntry,
  'service-uninstall': serviceUninstall,
  'signer-check': signerCheck,
  'slashing-history': slashingHistory,
  status,
  'status-watch': statusWatch,
  stop,
  'job-export': jobExport,
  'job-export-lines': jobExportLines,
  'job-list': jobList,
  'job-receipt': jobReceipt,
  'job-refused': jobRefused,
  'job-release': jobRelease,
  'job-retry': jobRetry,
  'job-show': jobShow,
  'job-verify': jobVerify,
  'tx-cancel': txCancel,
  'tx-check': txCheck,
  'tx-list': txList,
  'tx-speed-up': txSpeedUp,
  update,
  'update-check': updateCheck,
  'verify-attestation': verifyAttestationEntry,
  'verify-proof': verifyProof,
  'verify-receipt': verifyReceipt,
  'worker-check': workerCheck,
} as const satisfies Readonly<Record<SchemaName, SchemaEntry>>;
