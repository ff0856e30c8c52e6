import { prices, pricingFormula } from "../../../plan/cost.ts";
import { toPrintableJson } from "../../../printable.ts";
import { describeVerdict, hasChanges, isRefused, type ManifestPlan, type Plan } from "./model.ts";

/** Incremented when an existing key changes its meaning, not for new keys. docs/schemas/plan.schema.json describes all keys. */
export const planVersion = 1;

/** Converts a plan to its JSON format, for programs and for `up --expect`. */
export function planJson(plan: Plan): object {
  const {
    stack,
    project,
    digest,
    review,
    base,
    address,
    worker,
    program,
    manifests,
    removed,
    queues,
    queueChanges,
    total,
  } = plan;
  return {
    version: planVersion,
    kind: "plan",
    stack,
    project,
    digest,
    review,
    base: base.kind === "ledger" ? { kind: "ledger" } : { kind: "nothing", code: base.code, reason: base.reason },
    address: { url: address.url ?? null, setting: address.setting ?? null, refusal: address.refusal ?? null },
    worker,
    program,
    changes: hasChanges(plan),
    refused: isRefused(plan),
    total: { ...total, formula: pricingFormula, pricesAsOf: prices.asOf },
    manifests: manifests.map(manifestJson),
    removed,
    queues,
    queueChanges,
  };
}

function manifestJson(manifest: ManifestPlan): object {
  const { edited, ...rest } = manifest;
  return {
    ...rest,
    verdict: describeVerdict(manifest),
    edited: edited.map(({ id, ...more }) => ({ id: id ?? null, ...more })),
  };
}

export function jsonText(value: object): string {
  return `${toPrintableJson(value, 2)}\n`;
}
