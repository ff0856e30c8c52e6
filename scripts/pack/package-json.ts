/**
 * The name under which the package is published. Change it to publish under a scope: projects then install it as
 * `"queue-seeder": "npm:@scope/queue-seeder@…"`, because Pulumi states contain the name that is imported.
 */
const publishedName = "queue-seeder";

/** The package.json fields that packing reads. */
export interface OwnPackage {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly type: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly os: readonly string[];
  readonly exports: Readonly<Record<string, string>> & { readonly ".": string };
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  /** The packages that run Workers for the emulator: large, and therefore optional peers of the package too. */
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

interface Peer {
  readonly optional: boolean;
  /** The oldest accepted version, undefined for the repository's. */
  readonly from: string | undefined;
}

/**
 * Dependencies that the installing project provides: two copies of the SDK in one program would not share their state, and the
 * Cloudflare provider is only needed to create queues.
 */
const peers = {
  // The oldest version that @pulumi/cloudflare accepts; test/contract/oldest-sdk.test.ts deploys with it.
  "@pulumi/pulumi": { optional: false, from: "3.142.0" },
  "@pulumi/cloudflare": { optional: true, from: undefined },
} as const satisfies Record<string, Peer>;

const isPeer = (name: string): name is keyof typeof peers => Object.hasOwn(peers, name);

/**
 * Derives the package.json of the package from the repository's: the same entry points, compiled, and the dependencies that the
 * compiled files import.
 *
 * @param imported names of the packages that the package's files import
 * @throws Error if a package is imported that package.json does not list
 */
export function packagePackageJson(
  own: OwnPackage,
  imported: ReadonlySet<string>,
  env: NodeJS.ProcessEnv = process.env,
): Record<string, unknown> {
  const missing = [...imported].filter((name) => own.dependencies[name] === undefined);
  if (missing.length > 0) {
    throw new Error(`The package imports what package.json does not depend on: ${missing.join(", ")}. Add it there.`);
  }
  const ranges = (wanted: (name: string) => boolean) =>
    Object.fromEntries(
      Object.entries(own.dependencies)
        .filter(([name]) => imported.has(name) && wanted(name))
        .map(([name, version]) => [name, toRange((isPeer(name) && peers[name].from) || version)]),
    );
  const main = own.exports["."];
  return {
    name: publishedName,
    version: own.version,
    description: own.description,
    keywords: ["pulumi", "cloudflare", "queues", "seed", "messages"],
    license: own.license,
    ...repositoryFields(env),
    type: own.type,
    engines: own.engines,
    os: own.os,
    // For resolvers without support for exports, such as the one of Pulumi's own TypeScript templates.
    main: compiled(main),
    types: declared(main),
    exports: {
      ...Object.fromEntries(Object.entries(own.exports).map(([name, path]) => [name, entry(name, path)])),
      "./package.json": "./package.json",
    },
    bin: Object.fromEntries(Object.entries(own.bin).map(([name, path]) => [name, compiled(path)])),
    dependencies: ranges((name) => !isPeer(name)),
    peerDependencies: { ...ranges(isPeer), ...own.peerDependencies },
    peerDependenciesMeta: {
      ...Object.fromEntries(
        Object.entries(peers).flatMap(([name, { optional }]) =>
          optional && imported.has(name) ? [[name, { optional }]] : [],
        ),
      ),
      ...own.peerDependenciesMeta,
    },
  };
}

/** Returns the fields that npm compares with the provenance of a release: where GitHub builds it. */
function repositoryFields({ GITHUB_SERVER_URL, GITHUB_REPOSITORY }: NodeJS.ProcessEnv): Record<string, unknown> {
  if (!GITHUB_SERVER_URL || !GITHUB_REPOSITORY) return {};
  const url = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`;
  return {
    repository: { type: "git", url: `git+${url}.git` },
    homepage: `${url}#readme`,
    bugs: { url: `${url}/issues` },
  };
}

/** Converts an exact version to a range: exact versions in a package cause duplicate installations. */
function toRange(version: string): string {
  return /^\d/.test(version) ? `^${version}` : version;
}

/** Builds an entry point. Only the library has types: the other module is for Pulumi, and no program should import it. */
function entry(name: string, path: string): string | { readonly types: string; readonly default: string } {
  return name === "." ? { types: declared(path), default: compiled(path) } : compiled(path);
}

/** Returns the compiled file of a source; other paths are unchanged. */
export function compiled(path: string): string {
  return path.replace(/\.ts$/, ".js");
}

/** Returns the declarations of a source; other paths are unchanged. */
export function declared(path: string): string {
  return path.replace(/\.ts$/, ".d.ts");
}
