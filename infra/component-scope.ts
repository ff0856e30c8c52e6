import type * as pulumi from "./pulumi-internals/sdk.ts";

/** The component that the registered resources belong to. Its name is the prefix of theirs. */
export interface ComponentScope {
  readonly parent: pulumi.ComponentResource;
  readonly name: string;
  /** Former names of the component. */
  readonly formerNames: readonly string[];
}

/** Returns the name of a resource. @param scope undefined for one of the program itself */
export function scopedName(name: string, scope: ComponentScope | undefined): string {
  return scope === undefined ? name : `${scope.name}/${name}`;
}

/** Returns the former names of a resource. @param names without the component's: its name, then its former ones */
export function formerScopedNames(names: readonly string[], scope: ComponentScope | undefined): readonly string[] {
  return [
    ...names.slice(1).map((name) => scopedName(name, scope)),
    ...(scope?.formerNames ?? []).flatMap((former) => names.map((name) => `${former}/${name}`)),
  ];
}
