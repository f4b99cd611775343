import {pathFlag} from '../../cli/flags.ts';
import type {ModelFiles} from '../../peers/zk/messages.ts';

/** What was named to check proofs by. */
export type ProofFiles = {
  /** Null: those of the configuration. */
  files: ModelFiles | null;
  /** Where the engine is; null: as the configuration says, or the usual place. */
  engineDir: string | null;
};

/** Flags of the files that proofs are checked by. */
export const proofFileFlags = {
  vk: pathFlag({summary: 'Verification key of the model of zkml jobs [as workers.zkml.models names it].'}),
  settings: pathFlag({summary: 'Its settings.json, of ezkl.', dependsOn: ['vk']}),
  srs: pathFlag({summary: 'Its SRS [that of the ceremony].', dependsOn: ['settings']}),
  'engine-dir': pathFlag({
    summary: 'Where the engine is installed [workers.zkml.engine_dir].',
    helpValue: 'DIR',
  }),
};

/** The files that were named. */
export function proofFilesOf(flags: {
  vk?: string | undefined;
  settings?: string | undefined;
  srs?: string | undefined;
  'engine-dir'?: string | undefined;
}): ProofFiles {
  const {vk, settings = null, srs = null} = flags;
  const files: ModelFiles | null =
    vk === undefined ? null : {vk, vkSha256: null, settings, settingsSha256: null, srs, srsSha256: null};
  return {files, engineDir: flags['engine-dir'] ?? null};
}
