import { randomUUID } from "node:crypto";

/** Which manifests the stack deploys. One resource of the stack, so that the engine's state can tell deployments apart. */
export interface DeploymentsInputs {
  /** By the manifests' names: the names that each had before. */
  readonly manifests: Readonly<Record<string, readonly string[]>>;
}

/**
 * A random id for each deployment of a manifest, from the run that adds it to the one that removes it. A journal that was
 * left behind counts only in the deployment in which it began: after the stack, or the manifest, was removed and deployed
 * again, here or on another machine, everything is to be pushed again.
 */
export interface DeploymentsOutputs extends DeploymentsInputs {
  readonly ids: Readonly<Record<string, string>>;
}

/** The id that a manifest has. @param names its own, then those that it had before */
export function idOf(names: readonly string[], ids: ReadonlyMap<string, string>): string | undefined {
  return names.map((name) => ids.get(name)).find((id) => id !== undefined);
}

/** Ids stay with their manifests, also under another name; new manifests get new ones. */
function nextDeployments(inputs: DeploymentsInputs, before: Partial<DeploymentsOutputs> = {}): DeploymentsOutputs {
  const known = new Map(Object.entries(before.ids ?? {}));
  const ids = Object.entries(inputs.manifests).map(([name, earlier]) => {
    return [name, idOf([name, ...earlier], known) ?? randomUUID()] as const;
  });
  return { manifests: inputs.manifests, ids: Object.fromEntries(ids) };
}

/** Whether other manifests are deployed than before. */
function sameDeployments(inputs: DeploymentsInputs, { ids }: Pick<DeploymentsOutputs, "ids">): boolean {
  const names = Object.keys(inputs.manifests);
  return names.length === Object.keys(ids).length && names.every((name) => Object.hasOwn(ids, name));
}

/** The engine's calls on the resource, in the shapes of a Pulumi dynamic provider. */
export async function createDeployments(inputs: DeploymentsInputs): Promise<{ id: string; outs: DeploymentsOutputs }> {
  return { id: "deployments", outs: nextDeployments(inputs) };
}

export async function diffDeployments(
  _id: string,
  olds: DeploymentsOutputs,
  news: DeploymentsInputs,
): Promise<{ changes: boolean }> {
  return { changes: !sameDeployments(news, olds) };
}

export async function updateDeployments(
  _id: string,
  olds: DeploymentsOutputs,
  news: DeploymentsInputs,
): Promise<{ outs: DeploymentsOutputs }> {
  return { outs: nextDeployments(news, olds) };
}
