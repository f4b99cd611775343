import {run, say} from '../../foundation/next-step/next-step.ts';
import {accessSync, constants, lstatSync, readdirSync, statSync, type Stats} from 'node:fs';
import {connect} from 'node:net';
import {join, resolve} from 'node:path';
import {controlDirs, isControlFile} from '../../config/control-paths.ts';
import {sanitizeText} from '../../config/sanitize.ts';
import {readVrfKey} from '../../config/vrf-key.ts';
import {
  blocked,
  fail,
  notApplicable,
  octal,
  ok,
  repairCommand,
  warn,
  type Finding,
  type Repair,
} from './check.ts';
import type {Probe} from './run.ts';
import {errorText, isAosError} from '../../foundation/errors/error.ts';
import {count} from '../../foundation/text/words.ts';
import type {DoctorContext} from './context.ts';
import {judgeEvidence} from './evidence.ts';
import {chownCommand} from '../../foundation/system/give-to-owner.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';
import {exposure, thisReader, type SecretReader} from '../../foundation/system/secret-access.ts';
import {notAFile, openFailure, type Unfit} from '../../foundation/system/unfit-file.ts';

/** Connecting to a socket of this machine, however busy its owner. */
const SOCKET_MS = 1_000;

export function filesProbes(context: DoctorContext): Probe[] {
  const {config, env, uid} = context;
  const sync = (id: Probe['checks'][number], judge: () => Finding): Probe => ({
    checks: [id],
    run: (report) => {
      report(id, judge());
      return Promise.resolve();
    },
  });
  return [
    sync('files.config', () => judgeConfigFile(context)),
    sync('files.vrf_key', () => judgeVrfKey(config.vrfKey, readerFor(config.storeDir))),
    sync('files.bls_key', () =>
      judgeBlsFiles([config.blsKeyFile, config.blsPasswordFile], readerFor(config.storeDir)),
    ),
    sync('files.state_dir', () => judgeStateDir(config, uid)),
    sync('files.journal', () => judgeJournalFiles(config.storeDir)),
    sync('files.evidence', () => judgeEvidence(config.evidence, uid)),
    {
      checks: ['files.sockets'],
      run: async (report) => report('files.sockets', await judgeSockets(controlDirs(env, uid), uid)),
    },
  ];
}

/** The finding with the command that repairs it, for `--fix` and by hand. */
function mendable(make: typeof warn, found: string, repairs: readonly Repair[]): Finding {
  return make(found, say(repairs.map(repairCommand).join(' && ')), repairs);
}

function judgeConfigFile({found, cwd, config}: DoctorContext): Finding {
  if (found === null) return notApplicable('there is no file');
  const path = resolve(cwd, found.path);
  const stat = statSync(path, {throwIfNoEntry: false});
  if (stat === undefined) return blocked('config.file', 'it is not there');
  if (!stat.isFile()) return ok('it is no file of its own that could have a mode');
  const name = sanitizeText(found.path);
  if ((stat.mode & 0o022) !== 0)
    return mendable(fail, `${name} has mode ${octal(stat.mode)}: others can change whom this node trusts`, [
      {kind: 'chmod', path, mode: stat.mode & 0o755},
    ]);
  const holdsKey = config.warnings.some(({code}) => code === 'INLINE_VRF_KEY');
  const holdsAccess = config.rpcUrls.some(carriesAccess);
  const held = config.warnings.find(({code}) => code === 'FILE_READABLE')?.path;
  if ((stat.mode & 0o044) !== 0 && (holdsKey || holdsAccess || held !== undefined)) {
    const what = holdsKey
      ? 'the VRF seed'
      : holdsAccess
        ? 'an RPC URL with an access key'
        : `a secret (${sanitizeText(held ?? '')})`;
    return mendable(holdsKey ? fail : warn, `${name} has mode ${octal(stat.mode)} and holds ${what}`, [
      {kind: 'chmod', path, mode: 0o600},
    ]);
  }
  return ok(`mode ${octal(stat.mode)}`);
}

/** Whether a URL lets in anyone who has it. */
function carriesAccess(url: string): boolean {
  const {username, password, pathname, search} = new URL(url);
  return username !== '' || password !== '' || search !== '' || /[\w-]{20,}/.test(pathname);
}

function judgeVrfKey(source: DoctorContext['config']['vrfKey'], reader: SecretReader): Finding {
  if (source === null) return blocked('config.valid', 'node.vrf_key_file is not known');
  try {
    readVrfKey(source, reader).fill(0);
  } catch (error) {
    if (!isAosError(error)) throw error;
    if (error.code === 'VRF_KEY_UNSAFE' && source.kind === 'file' && isMine(source.path))
      return mendable(fail, error.message, [{kind: 'chmod', path: source.path, mode: 0o600}]);
    return fail(`${error.message} (${error.code})`, error.next);
  }
  if (source.kind === 'inline') return ok('32 bytes, in the configuration');
  return ok(`32 bytes in ${sanitizeText(source.path)}, mode ${octal(statSync(source.path).mode)}`);
}

/** Root asks for the user of the operator, who owns its directory. */
function readerFor(storeDir: string | null): SecretReader {
  const own = thisReader();
  const store = storeDir === null || own.uid !== 0 ? undefined : statSync(storeDir, {throwIfNoEntry: false});
  return store === undefined || store.uid === 0 ? own : {...own, uid: store.uid, groups: [store.gid]};
}

/** Whether this user may change the mode of a file. */
function isMine(path: string): boolean {
  const uid = process.getuid?.() ?? 0;
  return uid === 0 || statSync(path).uid === uid;
}

function judgeBlsFiles(paths: readonly (string | null)[], reader: SecretReader): Finding {
  const named = paths.filter((path) => path !== null);
  if (named.length === 0) return notApplicable('none is configured; only BLS registries need one');
  const read = named.map((path) => ({path, ...lookAt(path)}));
  const [unfit] = read.flatMap(({path, unfit: found}) => (found === null ? [] : [{path, ...found}]));
  if (unfit !== undefined)
    return warn(
      `${sanitizeText(unfit.path)} ${unfit.why}; it is needed to register`,
      unfit.next ??
        run('keys bls create', [], 'Correct node.bls_key_file and node.bls_password_file, or make a key'),
    );
  const open = read.flatMap(({path, stat}) => {
    const found = stat === null ? null : exposure(path, stat, reader);
    return stat === null || found === null ? [] : [{path, stat, next: found.next}];
  });
  const [first] = open;
  if (first === undefined) return ok(`${named.map(sanitizeText).join(', ')}: no other user has access`);
  const found = `others have access to ${open.map(({path, stat}) => `${sanitizeText(path)} (${octal(stat.mode)})`).join(', ')}`;
  const uid = process.getuid?.() ?? 0;
  if (open.some(({stat}) => stat.uid !== uid && uid !== 0)) return fail(found, first.next);
  return mendable(
    fail,
    found,
    open.map(({path}) => ({kind: 'chmod', path, mode: 0o600})),
  );
}

/** What is at a path that should be a file. */
function lookAt(path: string): {stat: Stats | null; unfit: Unfit | null} {
  try {
    const stat = statSync(path);
    accessSync(path, constants.R_OK);
    return {stat, unfit: notAFile(path, stat)};
  } catch (error) {
    return {stat: null, unfit: openFailure(path, error)};
  }
}

function judgeStateDir({storeDir: dir, nodeId}: DoctorContext['config'], uid: number): Finding {
  if (dir === null && nodeId !== null)
    return fail(
      `user ${uid} has no home directory, and neither AOS_HOME nor store.dir names a directory`,
      say('Set AOS_HOME or store.dir to a directory that this user owns.'),
    );
  if (dir === null) return blocked('config.valid', 'neither store.dir nor node.node_id is known');
  const name = sanitizeText(dir);
  let stat: Stats | undefined;
  try {
    stat = statSync(dir, {throwIfNoEntry: false});
  } catch (error) {
    return fail(`${name} cannot be read: ${errorText(error)}`, say(`ls -ld ${name}`));
  }
  if (stat === undefined)
    return mendable(warn, `${name} is not there yet; aos run makes it`, [
      {kind: 'mkdir', path: dir, mode: 0o700},
    ]);
  if (!stat.isDirectory()) return fail(`${name} is no directory`, say('Correct store.dir.'));
  if (stat.uid !== uid && uid !== 0)
    return fail(
      `${name} belongs to user ${stat.uid}, this is ${uid}`,
      say(`Run as its user, or: sudo chown -R ${uid} ${name}`),
    );
  if ((stat.mode & 0o077) !== 0)
    return mendable(fail, `${name} has mode ${octal(stat.mode)}: others can read it`, [
      {kind: 'chmod', path: dir, mode: 0o700},
    ]);
  try {
    accessSync(dir, constants.W_OK | constants.X_OK);
  } catch {
    // With the owner right, the mode is what keeps the owner out; or the file system is read-only.
    if ((stat.mode & 0o300) !== 0o300)
      return mendable(fail, `${name} has mode ${octal(stat.mode)}: it cannot be written`, [
        {kind: 'chmod', path: dir, mode: 0o700},
      ]);
    return fail(`${name} cannot be written: the file system is read-only`, say(`mount | grep " on /"`));
  }
  return ok(`${name}, mode ${octal(stat.mode)}`);
}

/** The journal's own files, its lock, that of transactions, and copies. */
const JOURNAL_FILES = /\.db(-wal|-shm|-mark|\.schema-.*|\.damaged-.*)?$/;

function judgeJournalFiles(dir: string | null): Finding {
  if (dir === null || statSync(dir, {throwIfNoEntry: false})?.isDirectory() !== true)
    return notApplicable('there is no state directory yet');
  const files = readdirSync(dir).filter((name) => JOURNAL_FILES.test(name));
  if (files.length === 0) return notApplicable('there is no journal yet');
  const owner = statSync(dir).uid;
  const strange = files
    .map((name) => join(dir, name))
    .filter((path) => (lstatSync(path, {throwIfNoEntry: false})?.uid ?? owner) !== owner);
  if (strange.length > 0)
    return fail(
      `${sanitizeText(dir)} belongs to user ${owner}, and these files in it to another: ${strange.map(sanitizeText).join(', ')}`,
      say(chownCommand(owner, strange.map(shellWord))),
    );
  const open = files
    .map((name) => join(dir, name))
    .flatMap((path) => {
      // -wal and -shm come and go beside a running operator.
      const stat = lstatSync(path, {throwIfNoEntry: false});
      return stat?.isFile() === true && (stat.mode & 0o077) !== 0 ? [path] : [];
    });
  if (open.length === 0) return ok(`${count(files.length, 'file')}, only the owner has access`);
  return mendable(
    fail,
    `others have access to ${open.map(sanitizeText).join(', ')}`,
    open.map((path) => ({kind: 'chmod', path, mode: 0o600})),
  );
}

async function judgeSockets(dirs: readonly string[], uid: number): Promise<Finding> {
  const dead: string[] = [];
  let live = 0;
  for (const dir of dirs) {
    const stat = lstatSync(dir, {throwIfNoEntry: false});
    if (stat === undefined) continue;
    const name = sanitizeText(dir);
    if (!stat.isDirectory() || (stat.uid !== uid && uid !== 0))
      return fail(
        `${name} is not this user’s directory`,
        say('Set AOS_HOME or XDG_RUNTIME_DIR to a directory you own.'),
      );
    if ((stat.mode & 0o077) !== 0)
      return mendable(fail, `${name} has mode ${octal(stat.mode)}: others could reach the operator`, [
        {kind: 'chmod', path: dir, mode: 0o700},
      ]);
    for (const path of readdirSync(dir)
      .filter(isControlFile)
      .map((file) => join(dir, file))) {
      if (await isDeadSocket(path)) dead.push(path);
      else live += 1;
    }
  }
  if (dead.length === 0)
    return ok(live === 0 ? 'no stale sockets' : `${count(live, 'socket')}, each answers`);
  return mendable(
    warn,
    `left behind by an operator that is gone: ${dead.map(sanitizeText).join(', ')}`,
    dead.map((path) => ({kind: 'remove-socket', path})),
  );
}

/** True for a socket no process listens on; its process is gone. Anything else, a slow one too, is not dead. */
export function isDeadSocket(path: string): Promise<boolean> {
  if (lstatSync(path, {throwIfNoEntry: false})?.isSocket() !== true) return Promise.resolve(false);
  return new Promise((done) => {
    const socket = connect(path);
    const end = (dead: boolean): void => {
      socket.destroy();
      done(dead);
    };
    socket.setTimeout(SOCKET_MS, () => end(false));
    socket.once('connect', () => end(false));
    socket.once('error', (error) => end('code' in error && error.code === 'ECONNREFUSED'));
  });
}
