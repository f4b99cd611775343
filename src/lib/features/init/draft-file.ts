/** The file that keeps the answers of a wizard that was left, beside the configuration to be. */
export function draftFile(file: string): string {
  return `${file}.draft`;
}
