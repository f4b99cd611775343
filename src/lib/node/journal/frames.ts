import type {Database} from './driver.ts';
import {createElementTexts} from './element-texts.ts';
import type {Span} from './records.ts';
import {numberOf, textOf} from './rows.ts';

/** Of one row: a job is read without the rest of a large frame, and no row takes long to write. */
export const PIECE_BYTES = 32 * 1024;
/** Numbers of pieces that one frame has: 2 GiB. */
const MOST_PIECES = 65_536;
/** Pieces written or deleted in one transaction. */
const AT_ONCE = 64;

/**
 * The frames that jobs came in, each once, in pieces. Every function is synchronous; those that write run inside a
 * transaction.
 */
export function frameTable(database: Database) {
  const {add, addPiece, textIn, piecesIn, setWhole, isUsed, partial, lastPiece, dropPieces, drop} =
    prepareFrames(database);
  /** The frame stored last: the jobs of one frame share its row, or a frame of many jobs would be stored many times. */
  let last: {bytes: Uint8Array; id: number} | null = null;
  /** Frames that were written piece by piece, until their jobs are stored. */
  const kept = new Map<Uint8Array, number>();
  const writing = new Set<number>();
  const unspanned = createElementTexts();

  function put(id: number, bytes: Uint8Array, from: number, most: number): number {
    let n = from;
    for (; n < from + most && n * PIECE_BYTES < bytes.length; n += 1)
      addPiece.run(firstOf(id) + n, bytes.subarray(n * PIECE_BYTES, (n + 1) * PIECE_BYTES));
    return n;
  }

  /** @returns the bytes from piece to piece, both included */
  function read(id: number, from: number, to: number): Buffer {
    const rows = piecesIn.all(firstOf(id) + from, firstOf(id) + to);
    return Buffer.concat(rows.map(({bytes}) => (bytes instanceof Uint8Array ? bytes : Buffer.alloc(0))));
  }

  /** The whole frame, of any version of aos. */
  function whole(id: number): Buffer {
    const bytes = read(id, 0, MOST_PIECES - 1);
    if (bytes.length > 0) return bytes;
    const row = textIn.get(id);
    return Buffer.from(row === undefined ? '' : textOf(row, 'text'));
  }

  return {
    whole,

    /** How large the whole is, in whole pieces; 0 for the frame of an older aos. */
    size(id: number): number {
      return (newestPiece(lastPiece, id) + 1) * PIECE_BYTES;
    },

    /** @returns the id of the frame, which a job is about to refer to */
    store(bytes: Uint8Array): number {
      if (last?.bytes === bytes) return last.id;
      const before = kept.get(bytes);
      const id = before ?? add.run(1).lastInsertRowid;
      if (before === undefined) put(id, bytes, 0, MOST_PIECES);
      else setWhole.run(id, 1);
      last = {bytes, id};
      return id;
    },

    /** Begins a frame that is written over several transactions. */
    begin(): number {
      const id = add.run(0).lastInsertRowid;
      writing.add(id);
      return id;
    },

    /** Writes the next pieces of it, from number `from`. @returns the number of the next; null: that was all */
    write(id: number, bytes: Uint8Array, from: number): number | null {
      const next = put(id, bytes, from, AT_ONCE);
      return next * PIECE_BYTES < bytes.length ? next : null;
    },

    /** It is written and committed: {@link store} finds it by its bytes. */
    keep(id: number, bytes: Uint8Array): void {
      kept.set(bytes, id);
    },

    /** Its jobs are stored. Without any it is deleted when the journal is tidied next. */
    letGo(id: number, bytes: Uint8Array): void {
      kept.delete(bytes);
      writing.delete(id);
      if (last?.bytes === bytes) last = null;
    },

    /** The text of one job of a frame: of its span, or (of an older aos) of its index. */
    element(id: number, span: Span | null, index: number): string {
      if (span === null) return unspanned.at(whole(id), index);
      unspanned.letGo();
      const from = Math.floor(span.start / PIECE_BYTES);
      const bytes = read(id, from, Math.floor(Math.max(span.start, span.end - 1) / PIECE_BYTES));
      const skipped = from * PIECE_BYTES;
      return bytes.toString('utf8', span.start - skipped, span.end - skipped);
    },

    /** Deletes a frame that no job needs any more: a small one at once, a large one by {@link sweep}. */
    dropUnused(id: number): void {
      if (id === 0 || isUsed.get(id) !== undefined) return;
      const newest = Math.max(0, newestPiece(lastPiece, id));
      if (newest >= AT_ONCE) {
        setWhole.run(id, 0);
        return;
      }
      dropPieces.run(firstOf(id), firstOf(id) + newest);
      drop.run(id);
    },

    /** Deletes some of what is left of frames without jobs, the last pieces first. @returns whether there is more */
    sweep(): boolean {
      const id = partial
        .all()
        .map((row) => numberOf(row, 'id'))
        .find((one) => !writing.has(one));
      if (id === undefined) return false;
      const newest = newestPiece(lastPiece, id);
      dropPieces.run(firstOf(id) + Math.max(0, newest - AT_ONCE + 1), firstOf(id) + Math.max(0, newest));
      if (newest < AT_ONCE) drop.run(id);
      return true;
    },

    /** The frame stored last may be gone: frames were deleted, or the transaction was rolled back. */
    forgetLast(): void {
      last = null;
    },
  };
}

const firstOf = (id: number): number => id * MOST_PIECES;

/** The number of the last piece of a frame; -1: it has none. */
function newestPiece(lastPiece: ReturnType<Database['prepare']>, id: number): number {
  const pieces = lastPiece.get(firstOf(id), firstOf(id) + MOST_PIECES - 1);
  return pieces === undefined || pieces['id'] === null ? -1 : numberOf(pieces, 'id') - firstOf(id);
}

/** The statements of the frames and their pieces. */
function prepareFrames(database: Database) {
  return {
    add: database.prepare(`INSERT INTO frames (text, whole) VALUES ('', ?)`),
    addPiece: database.prepare('INSERT INTO pieces (id, bytes) VALUES (?, ?)'),
    textIn: database.prepare('SELECT text FROM frames WHERE id = ?'),
    piecesIn: database.prepare('SELECT bytes FROM pieces WHERE id BETWEEN ? AND ? ORDER BY id'),
    setWhole: database.prepare('UPDATE frames SET whole = ?2 WHERE id = ?1'),
    isUsed: database.prepare('SELECT 1 FROM jobs WHERE frame_id = ? LIMIT 1'),
    partial: database.prepare('SELECT id FROM frames WHERE whole = 0'),
    lastPiece: database.prepare('SELECT max(id) AS id FROM pieces WHERE id BETWEEN ? AND ?'),
    dropPieces: database.prepare('DELETE FROM pieces WHERE id BETWEEN ? AND ?'),
    drop: database.prepare('DELETE FROM frames WHERE id = ?'),
  };
}
