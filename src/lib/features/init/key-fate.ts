/** What became of a key of a file that was taken over. */
export type KeyFate = {
  path: string;
  became: 'kept' | 'moved' | 'left out' | 'unknown';
  note: string;
};
