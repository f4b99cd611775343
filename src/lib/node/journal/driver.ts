import {createRequire} from 'node:module';
import {AosError, errorText} from '../../foundation/errors/error.ts';

/** A value of a row as SQLite gives it. */
export type SqlValue = string | number | bigint | Uint8Array | null;
export type Row = Readonly<Record<string, SqlValue>>;

/** One prepared statement. Texts that hold a NUL are bound as blobs: see {@link sqliteDriver}. */
export type Statement = {
  /** Number of rows changed, and the id of the last row inserted. */
  run(...values: SqlValue[]): {changes: number; lastInsertRowid: number};
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
};

export type Database = {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /**
   * No statement runs any more. `@photostructure/sqlite` 1.2.1 has no way to end its prepared statements, and SQLite keeps
   * the file open, without locks, until they are collected: the WAL must be emptied before, not left to this.
   */
  close(): void;
};

/** Where the build puts the binding (`imports` of package.json); without a build it is the npm package. */
declare const AOS_SQLITE: string | undefined;

export type DriverName = 'node:sqlite' | '@photostructure/sqlite';

/** What the journal needs of a SQLite binding; both known ones have node:sqlite's interface. */
export type SqliteDriver = {
  readonly name: DriverName;
  /** Opens (and unless `readOnly` creates) a file; throws the binding's own error. */
  open(path: string, options: {readOnly: boolean}): Database;
};

type NativeStatement = {
  run(...values: SqlValue[]): {changes: number | bigint; lastInsertRowid: number | bigint};
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
};
type NativeDatabase = {exec(sql: string): void; prepare(sql: string): NativeStatement; close(): void};
type NativeConstructor = new (path: string, options: {readOnly: boolean}) => NativeDatabase;

/** Versions that decide which driver is tried first. */
export type RuntimeVersions = {readonly node: string; readonly sqlite?: string | undefined};

/** The first SQLite without the WAL-reset corruption bug. */
const SAFE_SQLITE = [3, 51, 3];

/**
 * The drivers in the order they are tried on this Node: its own SQLite when that is recent and silent, else the
 * bundled binding, else (its binary is missing) Node's own, whatever its age.
 */
export function driverOrder(versions: RuntimeVersions): readonly DriverName[] {
  const ownExists = isAtLeast(versions.node, [22, 13]);
  const ownIsGood = isAtLeast(versions.node, [24]) && isAtLeast(versions.sqlite ?? '0', SAFE_SQLITE);
  if (ownIsGood) return ['node:sqlite', '@photostructure/sqlite'];
  return ownExists ? ['@photostructure/sqlite', 'node:sqlite'] : ['@photostructure/sqlite'];
}

/**
 * The best driver that loads here.
 * @throws AosError JOURNAL_DRIVER
 */
export function pickDriver(versions: RuntimeVersions = process.versions): SqliteDriver {
  const reasons: string[] = [];
  for (const name of driverOrder(versions)) {
    try {
      return sqliteDriver(name);
    } catch (error) {
      reasons.push(`${name}: ${errorText(error).split('\n')[0] ?? ''}`);
    }
  }
  throw new AosError('JOURNAL_DRIVER', `no SQLite driver could be loaded (${reasons.join('; ')})`);
}

/**
 * Loads one driver by name; throws the loader's own error where it is missing.
 *
 * `@photostructure/sqlite` 1.2.1 cuts a bound text at its first NUL, so two different job ids would become one.
 * Every driver therefore binds such a text as a blob of its UTF-8 bytes, and a file can move between drivers.
 */
export function sqliteDriver(name: DriverName): SqliteDriver {
  // Resolved when called, not when loaded: Node 20 has no node:sqlite, other machines no native binding.
  const require = createRequire(import.meta.url);
  const binding = (): unknown =>
    typeof AOS_SQLITE === 'undefined' ? require('@photostructure/sqlite') : require(AOS_SQLITE);
  const loaded: unknown = name === 'node:sqlite' ? require('node:sqlite') : binding();
  if (!hasDatabaseSync(loaded)) throw new AosError('JOURNAL_DRIVER', `${name} has no DatabaseSync`);
  const {DatabaseSync} = loaded;
  return {name, open: (path, options) => wrapDatabase(new DatabaseSync(path, options))};
}

function hasDatabaseSync(loaded: unknown): loaded is {DatabaseSync: NativeConstructor} {
  return (
    typeof loaded === 'object' &&
    loaded !== null &&
    'DatabaseSync' in loaded &&
    typeof loaded.DatabaseSync === 'function'
  );
}

function wrapDatabase(database: NativeDatabase): Database {
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => wrapStatement(database.prepare(sql)),
    close: () => database.close(),
  };
}

function wrapStatement(statement: NativeStatement): Statement {
  return {
    run: (...values) => {
      const {changes, lastInsertRowid} = statement.run(...values.map(bindable));
      return {changes: Number(changes), lastInsertRowid: Number(lastInsertRowid)};
    },
    get: (...values) => statement.get(...values.map(bindable)),
    all: (...values) => statement.all(...values.map(bindable)),
  };
}

function bindable(value: SqlValue): SqlValue {
  return typeof value === 'string' && value.includes('\0') ? Buffer.from(value) : value;
}

function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, least] of wanted.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
