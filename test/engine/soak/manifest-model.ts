import type { Addition, ManifestPlan } from "./schedule.ts";

/** The current content of a manifest, and the labels of its messages. */
export interface ManifestModel {
  readonly plan: ManifestPlan;
  /** Its names, the current one first. */
  readonly names: readonly [string, ...string[]];
  /** Keys of its messages, in order. A key is in the body of exactly one message. */
  readonly keys: readonly string[];
  /** Files of the project, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Returns the key for a label that the seeder reports: an id, or `#` and a 1-based number. */
  keyOf(label: string): string | undefined;
}

interface Entry {
  readonly key: string;
  readonly body: { readonly key: string; readonly padding: string };
}

/** Stores the content of a stack's manifests, which changes from round to round. */
export class ManifestModels {
  readonly #entries = new Map<string, { entries: readonly Entry[]; ids: boolean }>();
  readonly #plans: readonly ManifestPlan[];
  readonly #names = new Map<string, readonly [string, ...string[]]>();

  constructor(plans: readonly ManifestPlan[]) {
    this.#plans = plans;
  }

  /** Gives a manifest a new name. */
  rename(manifest: string): void {
    const names = this.#namesOf(manifest);
    this.#names.set(manifest, [`${manifest}-${names.length}`, ...names]);
  }

  #namesOf(manifest: string): readonly [string, ...string[]] {
    return this.#names.get(manifest) ?? [manifest];
  }

  add(round: number, { manifest, messages, padding, ids }: Addition): void {
    const plan = this.#plans.find(({ name }) => name === manifest);
    const fresh = Array.from({ length: messages }, (_, index): Entry => {
      const key = `${manifest}-r${round}-${index}`;
      return { key, body: { key, padding: "x".repeat(padding) } };
    });
    const before = plan?.kind === "rows" ? (this.#entries.get(manifest)?.entries ?? []) : [];
    this.#entries.set(manifest, { entries: [...before, ...fresh], ids: ids && plan?.kind === "inline" });
  }

  /** Returns the manifests that have messages. */
  all(): ManifestModel[] {
    return this.#plans.flatMap((plan) => {
      const held = this.#entries.get(plan.name);
      return held === undefined ? [] : [createModel(plan, this.#namesOf(plan.name), held.entries, held.ids)];
    });
  }
}

function createModel(
  plan: ManifestPlan,
  names: ManifestModel["names"],
  entries: readonly Entry[],
  ids: boolean,
): ManifestModel {
  const keys = entries.map(({ key }) => key);
  const [name, ...earlier] = names;
  const moved = earlier.length > 0 ? `name: ${name}\nmoved_from: [${earlier.join(", ")}]\n` : "";
  const head = `queue: orders\nin_doubt: ${plan.inDoubt}\n${moved}`;
  const path = `messages/${plan.name}`;
  return {
    plan,
    names,
    keys,
    files:
      plan.kind === "rows"
        ? {
            [`${path}.yaml`]: `${head}source: { file: ${plan.name}.ndjson }\n`,
            [`${path}.ndjson`]: entries.map(({ body }) => `${JSON.stringify(body)}\n`).join(""),
          }
        : {
            [`${path}.yaml`]: `${head}messages:\n${entries
              .map(({ key, body }) => `  - ${JSON.stringify(ids ? { id: key, body } : { body })}\n`)
              .join("")}`,
          },
    keyOf: (label) => (label.startsWith("#") ? keys[Number(label.slice(1)) - 1] : keys.find((key) => key === label)),
  };
}

/** Expands the labels of a list in the state: `#5 to #9` are five. */
export function spelledOut(labels: readonly string[]): string[] {
  return labels.flatMap((label) => {
    const [, first, last] = /^#(\d+) to #(\d+)$/.exec(label) ?? [];
    if (first === undefined) return [label];
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => `#${Number(first) + at}`);
  });
}
