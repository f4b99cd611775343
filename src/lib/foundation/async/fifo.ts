/** First in, first out, in constant time: `Array.shift` moves all that is behind the first item. */
export type Fifo<T> = {
  push(item: T): void;
  /** Takes the first item; undefined when there is none. */
  shift(): T | undefined;
  length(): number;
};

export function createFifo<T>(): Fifo<T> {
  let items: T[] = [];
  let head = 0;
  return {
    push(item) {
      items.push(item);
    },
    shift() {
      const item = items[head];
      if (head === items.length) return undefined;
      head += 1;
      if (head > 1024 && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    length: () => items.length - head,
  };
}
