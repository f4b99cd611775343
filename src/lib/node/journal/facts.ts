import type {Database} from './driver.ts';
import {textOf} from './rows.ts';

/** Small durable facts by name. Both functions are synchronous; `set` runs inside a transaction. */
export function factNotes(database: Database) {
  const set = database.prepare(
    'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const get = database.prepare('SELECT value FROM facts WHERE name = ?');
  return {
    set(name: string, value: string): void {
      set.run(name, value);
    },
    get(name: string): string | null {
      const row = get.get(name);
      return row === undefined ? null : textOf(row, 'value');
    },
  };
}
