/** Maximum keys that are remembered: enough for any table, and little memory if the keys of a file are data. */
const maxKeys = 2_000;

/** A key of objects, after certain keys in a certain order. */
export interface Key {
  readonly before: Key | undefined;
  readonly name: string;
  /** The key as JSON, with the character in front of it and the colon. */
  readonly label: string;
  readonly following: Map<string, Key>;
  /** The key that followed it in the latest object. */
  latest: Key | undefined;
  /** The order of the members of an object that ends with this key; undefined if it is not known yet. */
  order: KeyOrder | undefined;
}

/** The positions of the sorted keys in an object. */
export type KeyOrder = "sorted" | readonly number[];

/** The keys of JSON objects, by the keys in front of them, so that a whole object is compared key by key. */
export class KnownKeys {
  #start = createKey(undefined, "");
  #count = 0;

  /** What precedes the first key of an object. */
  get start(): Key {
    return this.#start;
  }

  /** Remembers the keys of all objects in a value. */
  learn(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) this.learn(item);
      return;
    }
    const names = Object.keys(value);
    // A row with the key "__proto__" is refused.
    if (names.includes("__proto__") || names.length > maxKeys) return;
    if (this.#count + names.length > maxKeys) {
      this.#start = createKey(undefined, "");
      this.#count = 0;
    }
    let key = this.#start;
    for (const name of names) {
      let next = key.following.get(name);
      if (next === undefined) {
        next = createKey(key, name);
        key.following.set(name, next);
        this.#count += 1;
      }
      key = next;
    }
    for (const item of Object.values(value)) this.learn(item);
  }
}

function createKey(before: Key | undefined, name: string): Key {
  const label = `${before?.before === undefined ? "{" : ","}${JSON.stringify(name)}:`;
  return { before, name, label, following: new Map(), latest: undefined, order: undefined };
}

/** Returns the order of the members of an object that ends with a key. */
export function createOrder(last: Key): KeyOrder {
  const names: string[] = [];
  for (let key = last; key.before !== undefined; key = key.before) names.push(key.name);
  names.reverse();
  // By UTF-16 code units, as RFC 8785 requires.
  const byName = (a: number, b: number) => ((names[a] as string) < (names[b] as string) ? -1 : 1);
  const positions = [...names.keys()].sort(byName);
  return positions.every((position, at) => position === at) ? "sorted" : positions;
}
