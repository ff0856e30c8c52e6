import { parseUrn } from "../../src/urn.ts";
import type * as pulumi from "./sdk.ts";

/**
 * Returns the names that a resource had according to its aliases and those of its parents: Pulumi renames a child whose name starts
 * with the name of its parent. Aliases whose value is unknown are skipped.
 */
export async function readFormerNames(resource: pulumi.Resource): Promise<readonly string[]> {
  const name: string = Reflect.get(resource, "__name");
  const aliases: readonly pulumi.Output<string>[] = Reflect.get(resource, "__aliases") ?? [];
  const own = (await Promise.all(aliases.map(readKnown))).flatMap((urn) =>
    urn === undefined ? [] : parseUrn(urn).name,
  );
  const parent: pulumi.Resource | undefined = Reflect.get(resource, "__parentResource");
  const inherited = parent === undefined ? [] : await inheritNames([name, ...own], parent);
  return [...new Set([...own, ...inherited])].filter((former) => former !== name);
}

async function inheritNames(names: readonly string[], parent: pulumi.Resource): Promise<readonly string[]> {
  const parentName: string = Reflect.get(parent, "__name");
  const derived = names.filter((name) => name.startsWith(parentName)).map((name) => name.slice(parentName.length));
  return (await readFormerNames(parent)).flatMap((former) => derived.map((rest) => former + rest));
}

async function readKnown(alias: pulumi.Output<string>): Promise<string | undefined> {
  const isKnown: Promise<boolean> = Reflect.get(alias, "isKnown");
  return (await isKnown) ? new Promise((resolve) => alias.apply(resolve)) : undefined;
}
