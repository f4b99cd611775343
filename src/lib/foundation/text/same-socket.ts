/** Whether two texts name the same place: registries take any text for a socket, and host:port means the same as its URL. */
export function sameSocket(one: string, other: string): boolean {
  return bare(one) === bare(other);
}

function bare(text: string): string {
  return text
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
    .toLowerCase();
}
