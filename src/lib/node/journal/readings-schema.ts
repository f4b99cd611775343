/**
 * The clock readings about a job are found by its number: by its id alone the whole chain would be read for each job that is shown,
 * verified, or kept as a receipt. Those of an older aos have no number, and are found by the id.
 */
export const READINGS_SCHEMA = `
  ALTER TABLE readings ADD COLUMN seq INTEGER;
  CREATE INDEX readings_by_job ON readings (seq) WHERE seq IS NOT NULL;
  CREATE INDEX readings_without_job ON readings (ref) WHERE seq IS NULL;
`;
