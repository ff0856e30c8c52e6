/** Pulumi's names of resources. Source: pulumi, sdk/go/common/resource/urn/urn.go */

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
export const manifestType = "queue-seeder:index:Manifest";

/** The qualified type of a segment that the program deploys outside of any component. */
export const ownSegmentType = `${manifestType}$${segmentType}`;

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

/** URNs of resources that the program deploys outside of any component; each part may be a pattern for `--target`. */
export const urns = {
  segment: (stack: string, project: string, name: string) =>
    `${prefix}${stack}::${project}::${ownSegmentType}::${name}`,
  /** Returns the URN of the manifest that contains a segment, within a component or not. */
  manifestOf: (segment: string) => segment.replace(`$${segmentType}::`, "::").replace(/\/\d+$/, ""),
  deployments: (stack: string, project: string) => `${prefix}${stack}::${project}::${deploymentsType}::deployments`,
} as const;
