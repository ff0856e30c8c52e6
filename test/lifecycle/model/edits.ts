import type { InDoubtPolicy, PushMode } from "../../../src/types.ts";
import type { Random } from "../../engine/soak/random.ts";

/** A message of a manifest. Rows of a data file have only a body. */
export interface Item {
  readonly id?: string;
  readonly body: number;
  readonly delay?: number;
}

/** The one manifest of the repository, and its queue in the stack's configuration. */
export interface Setting {
  readonly name: string;
  /** Its former names. */
  readonly earlier: readonly string[];
  readonly queue: "first" | "second";
  readonly mode: PushMode;
  readonly policy: InDoubtPolicy;
  readonly kind: "messages" | "rows";
  readonly items: readonly Item[];
}

/** Draws settings. Bodies and ids are new each time unless an edit is meant to repeat one. */
export class Editor {
  readonly #random: Random;
  #last = 0;
  /** The last removed item, unless it was put back. */
  #removed: Item | undefined;
  /** The rows that were last cut off, unless they were put back. */
  #cut: readonly Item[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  begin(): Setting {
    const { int, pick } = this.#random;
    const kind = int(3) === 0 ? "rows" : "messages";
    const count = 1 + int(kind === "rows" ? 10 : 6);
    return {
      name: "a",
      earlier: [],
      queue: "first",
      mode: pick(["once", "once", "on_change", "every_deploy"]),
      policy: pick(["resend", "stop"]),
      kind,
      items: Array.from({ length: count }, () => this.#item(kind)),
    };
  }

  /** Changes a setting. @returns a description of the change, and the new setting */
  change(setting: Setting): readonly [string, Setting] {
    const { int, pick } = this.#random;
    if (int(3) === 0) {
      const [name, change] = pick(this.#settings);
      return [name, { ...setting, ...change(setting) }];
    }
    const [name, change] = pick(setting.kind === "rows" ? this.#rows : this.#messages);
    return [name, { ...setting, items: change(setting.items) }];
  }

  readonly #settings: readonly (readonly [string, (setting: Setting) => Partial<Setting>])[] = [
    ["mode", () => ({ mode: this.#random.pick(["once", "on_change", "every_deploy"]) })],
    ["mode", () => ({ mode: this.#random.pick(["once", "on_change", "every_deploy"]) })],
    ["policy", ({ policy }) => ({ policy: policy === "stop" ? "resend" : "stop" })],
    ["queue", ({ queue }) => ({ queue: queue === "first" ? "second" : "first" })],
    ["queue", ({ queue }) => ({ queue: queue === "first" ? "second" : "first" })],
    [
      "kind",
      ({ kind, items }) =>
        kind === "rows" ? { kind: "messages" } : { kind: "rows", items: items.map(({ body }) => ({ body })) },
    ],
    ["rename", ({ name, earlier }) => ({ name: `a${++this.#last}`, earlier: [...earlier, name] })],
  ];

  readonly #rows: readonly (readonly [string, (items: readonly Item[]) => readonly Item[]])[] = [
    ["append", (items) => this.#appended(items)],
    ["append", (items) => this.#appended(items)],
    ["append", (items) => this.#appended(items)],
    ["edit a row", (items) => items.with(this.#random.int(items.length), this.#item("rows"))],
    ["shrink", (items) => this.#shortened(items)],
    ["shrink", (items) => this.#shortened(items)],
    ["grow back", (items) => this.#withCut(items)],
    ["grow back", (items) => this.#withCut(items)],
    ["repeat a row", (items) => [...items, this.#random.pick(items)]],
  ];

  readonly #messages: readonly (readonly [string, (items: readonly Item[]) => readonly Item[]])[] = [
    ["add", (items) => items.toSpliced(this.#random.int(items.length + 1), 0, this.#item("messages"))],
    ["add", (items) => [...items, this.#item("messages")]],
    ["remove", (items) => this.#without(items)],
    ["remove", (items) => this.#without(items)],
    ["put back", (items) => this.#withAgain(items)],
    ["put back", (items) => this.#withAgain(items)],
    ["edit a body", (items) => this.#altered(items, (item) => ({ ...item, body: ++this.#last }))],
    ["reorder", (items) => this.#random.shuffled(items)],
    ["repeat a body", (items) => [...items, { body: this.#random.pick(items).body }]],
    [
      "id on or off",
      (items) =>
        this.#altered(items, ({ id, ...item }) => (id === undefined ? { ...item, id: `m${++this.#last}` } : item)),
    ],
    ["delay", (items) => this.#altered(items, (item) => ({ ...item, delay: ++this.#last }))],
  ];

  #without(items: readonly Item[]): readonly Item[] {
    if (items.length === 1) return items;
    const at = this.#random.int(items.length);
    this.#removed = items[at];
    return items.toSpliced(at, 1);
  }

  #withAgain(items: readonly Item[]): readonly Item[] {
    const again = this.#removed;
    if (again === undefined || items.some(({ id }) => id !== undefined && id === again.id)) return items;
    this.#removed = undefined;
    return [...items, again];
  }

  #altered(items: readonly Item[], alter: (item: Item) => Item): readonly Item[] {
    const at = this.#random.int(items.length);
    return items.map((item, index) => (index === at ? alter(item) : item));
  }

  #shortened(items: readonly Item[]): readonly Item[] {
    const rows = Math.max(1, items.length - 1 - this.#random.int(5));
    this.#cut = items.slice(rows);
    return items.slice(0, rows);
  }

  #withCut(items: readonly Item[]): readonly Item[] {
    const cut = this.#cut;
    this.#cut = [];
    return [...items, ...cut];
  }

  #appended(items: readonly Item[]): readonly Item[] {
    return [...items, ...Array.from({ length: 1 + this.#random.int(4) }, () => this.#item("rows"))];
  }

  #item(kind: Setting["kind"]): Item {
    const body = ++this.#last;
    return kind === "messages" && this.#random.int(2) === 0 ? { id: `m${body}`, body } : { body };
  }
}

/** Returns the files of a setting, by path. */
export function filesOf({ name, earlier, mode, policy, kind, items }: Setting): Readonly<Record<string, string>> {
  const head = [
    "queue: orders",
    `name: ${name}`,
    `push: ${mode}`,
    `in_doubt: ${policy}`,
    ...(earlier.length > 0 ? [`moved_from: [${earlier.join(", ")}]`] : []),
  ];
  if (kind === "rows") {
    return {
      "messages/a.yaml": [...head, "source: { file: rows.ndjson }", ""].join("\n"),
      "messages/rows.ndjson": items.map(({ body }) => `${body}\n`).join(""),
    };
  }
  const messages = items.map(({ id, body, delay }) => {
    const fields = [
      ...(id === undefined ? [] : [`id: ${JSON.stringify(id)}`]),
      `body: ${body}`,
      ...(delay === undefined ? [] : [`delay_seconds: ${delay}`]),
    ];
    return `  - { ${fields.join(", ")} }`;
  });
  return { "messages/a.yaml": [...head, "messages:", ...messages, ""].join("\n") };
}
