/** The package.json fields that packing reads. */
export interface OwnPackage {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly type: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>> & { readonly ".": string };
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  /** What runs Workers for the emulator: large, found where it is installed, and so the package's optional peers too. */
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

/**
 * What the project that installs the package has a say in: two copies of the SDK in one program know nothing of each
 * other, and the provider for Cloudflare is only needed where queues are created.
 */
const peers = {
  "@pulumi/pulumi": { optional: false },
  "@pulumi/cloudflare": { optional: true },
} as const satisfies Record<string, { readonly optional: boolean }>;

const isPeer = (name: string) => Object.hasOwn(peers, name);

/**
 * The package.json of the package, made from the repository's: the same entries, compiled, and of the dependencies those
 * that the compiled files import.
 *
 * @param imported names of the packages that the package's files import
 */
export function packagePackageJson(own: OwnPackage, imported: ReadonlySet<string>): Record<string, unknown> {
  const missing = [...imported].filter((name) => own.dependencies[name] === undefined);
  if (missing.length > 0) {
    throw new Error(`The package imports what package.json does not depend on: ${missing.join(", ")}. Add it there.`);
  }
  const ranges = (wanted: (name: string) => boolean) =>
    Object.fromEntries(
      Object.entries(own.dependencies)
        .filter(([name]) => imported.has(name) && wanted(name))
        .map(([name, version]) => [name, toRange(version)]),
    );
  const main = own.exports["."];
  return {
    name: own.name,
    version: own.version,
    description: own.description,
    keywords: ["pulumi", "cloudflare", "queues", "seed", "messages"],
    license: own.license,
    type: own.type,
    engines: own.engines,
    // For resolvers that know nothing of exports, such as the one of Pulumi's own templates for TypeScript.
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

/** Exact versions are for the repository, whose lockfile answers for them; a package that is exact brings doubles. */
function toRange(version: string): string {
  return /^\d/.test(version) ? `^${version}` : version;
}

/** Only the library has types: the other module is for the engine, and no program should import it. */
function entry(name: string, path: string): string | { readonly types: string; readonly default: string } {
  return name === "." ? { types: declared(path), default: compiled(path) } : compiled(path);
}

/** The compiled file of a source; other paths stay. */
export function compiled(path: string): string {
  return path.replace(/\.ts$/, ".js");
}

/** The declarations of a source; other paths stay. */
export function declared(path: string): string {
  return path.replace(/\.ts$/, ".d.ts");
}
