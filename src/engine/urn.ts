/** The engine's names for resources. Source: pulumi, sdk/go/common/resource/urn/urn.go */

/** A URN's parts: `urn:pulumi:STACK::PROJECT::TYPES::NAME`. */
export interface Urn {
  readonly stack: string;
  readonly project: string;
  /** The resource's type behind those of its parents, joined by `$`. The stack's own type is left out. */
  readonly qualifiedType: string;
  /** It may hold `::` itself. */
  readonly name: string;
}

export const segmentType = "pulumi-nodejs:dynamic:Segment";
export const deploymentsType = "pulumi-nodejs:dynamic:Deployments";
export const queueType = "cloudflare:index/queue:Queue";
const manifestType = "queue-seeder:index:Manifest";

/** The qualified type of a segment that the whole program deploys, and no component of it. */
export const ownSegmentType = `${manifestType}$${segmentType}`;

const prefix = "urn:pulumi:";

/** Splits a URN. What is missing in a malformed one is "". */
export function parseUrn(urn: string): Urn {
  const [stack = "", project = "", qualifiedType = "", ...name] = urn.slice(prefix.length).split("::");
  return { stack, project, qualifiedType, name: name.join("::") };
}

/** Splits the name of a segment's resource, `MANIFEST/NUMBER`, at its number. */
export function parseSegmentName(name: string): { readonly manifest: string; readonly segment: number } {
  const slash = name.lastIndexOf("/");
  return { manifest: name.slice(0, slash), segment: Number(name.slice(slash + 1)) };
}

/** URNs that the engine gives to what the whole program deploys; each part may be a pattern of `--target`. */
export const urns = {
  segment: (stack: string, project: string, name: string) =>
    `${prefix}${stack}::${project}::${ownSegmentType}::${name}`,
  /** Of the manifest's component that a segment is of, whoever deploys it. */
  manifestOf: (segment: string) => segment.replace(`$${segmentType}::`, "::").replace(/\/\d+$/, ""),
  deployments: (stack: string, project: string) => `${prefix}${stack}::${project}::${deploymentsType}::deployments`,
} as const;
