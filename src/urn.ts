/** URNs: Pulumi's names of resources. Source: pulumi, sdk/go/common/resource/urn/urn.go */

/** The parts of a URN, `urn:pulumi:STACK::PROJECT::TYPES::NAME`. */
export interface Urn {
  readonly stack: string;
  readonly project: string;
  /** The types of its parents and its own type, joined by `$`. The stack's own type is omitted. */
  readonly qualifiedType: string;
  /** It may contain `::`. */
  readonly name: string;
}

export const segmentType = "pulumi-nodejs:dynamic:Segment";
export const deploymentsType = "pulumi-nodejs:dynamic:Deployments";
export const queueType = "cloudflare:index/queue:Queue";
/** The type of the component that records the reading of a manifest's data file. */
export const dataFileType = "queue-seeder:index:DataFile";

const prefix = "urn:pulumi:";

/** Splits a URN. Missing parts of a malformed one are "". */
export function parseUrn(urn: string): Urn {
  const [stack = "", project = "", qualifiedType = "", ...name] = urn.slice(prefix.length).split("::");
  return { stack, project, qualifiedType, name: name.join("::") };
}

/** Splits the name of a segment's resource, `MANIFEST/NUMBER`, at its number. */
export function parseSegmentName(name: string): { readonly manifest: string; readonly segment: number } {
  const slash = name.lastIndexOf("/");
  return { manifest: name.slice(0, slash), segment: Number(name.slice(slash + 1)) };
}

/** Checks whether the program deploys a segment outside of any component. */
export function isOwnSegment(urn: string): boolean {
  return parseUrn(urn).qualifiedType === segmentType;
}

/** URNs of resources that the program deploys outside of any component; each part may be a pattern for `--target`. */
export const urns = {
  segment: (stack: string, project: string, name: string) => `${prefix}${stack}::${project}::${segmentType}::${name}`,
  deployments: (stack: string, project: string) => `${prefix}${stack}::${project}::${deploymentsType}::deployments`,
} as const;
