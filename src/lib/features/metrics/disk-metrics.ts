import {Gauge, type Registry} from 'prom-client';
import type {DiskReader} from '../../node/operator/disk-watch.ts';

/**
 * The size of the journal and the room on its disk.
 * @returns reads them, before each scrape; where they cannot be read there is no sample. Never rejects.
 */
export function diskMetrics(registry: Registry, disk: Pick<DiskReader, 'read'>): () => Promise<void> {
  const gauge = (name: string, help: string): Gauge => new Gauge({name, help, registers: [registry]});
  const journal = gauge('aos_journal_bytes', 'Size of the journal.');
  const free = gauge('aos_disk_free_bytes', 'Free on the disk of the journal.');
  const size = gauge('aos_disk_bytes', 'Size of the disk of the journal.');
  const files = gauge('aos_disk_free_inodes', 'Files that the disk of the journal can still hold.');

  return async () => {
    const room = await disk.read().catch(() => null); // the operator reports a disk that does not work
    setOrRemove(journal, room?.journalBytes);
    setOrRemove(free, room?.freeBytes);
    setOrRemove(size, room?.bytes);
    setOrRemove(files, room?.freeFiles);
  };
}

function setOrRemove(gauge: Gauge, value: number | undefined): void {
  if (value === undefined) gauge.remove();
  else gauge.set(value);
}
