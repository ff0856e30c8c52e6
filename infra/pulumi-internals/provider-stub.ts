import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * Source of the providers, which the Pulumi state stores as `__provider` and the provider's process evaluates (see
 * ./dynamic-resource.ts): the form that the SDK serializes, written by hand. The stubs only load the real module by the package's name, so
 * old resources also use the installed version, for refresh and destroy as well.
 *
 * A constant has three advantages over the SDK's serializer: its text does not depend on the versions of Node, TypeScript or the
 * SDK, so it never appears as a change; it is a tenth of the size; and a run need not load the TypeScript compiler. The names in
 * the stubs must never change. A stub is short because Pulumi stores it twice in the resource of every segment, and writes all of
 * them whenever a resource is finished.
 */
const directImport = { before: "", load: 'import("queue-seeder/lifecycle")' } as const;

/**
 * With a strict node_modules such as pnpm's, a transitive dependency cannot be resolved from the project's folder. The stub then
 * searches the dependencies breadth-first, starting at the provider's working directory. The stub must do this itself, since
 * refresh and destroy only have the state.
 */
const searchingImport = {
  load: "load()",
  before: `const name = "queue-seeder", entry = name + "/lifecycle";
const at = f => require("module").createRequire(f + "/package.json").resolve;
const load = () => import(entry).catch(e => {
  if (!/package 'queue-seeder'/.test(e.message)) throw e;
  const fs = require("fs"), all = new Set(at(process.cwd()).paths(name).map(d => d.slice(0, -13)));
  for (const f of all) try {
    const p = JSON.parse(fs.readFileSync(f + "/package.json"));
    if (p.name === name) return import(require("url").pathToFileURL(at(f)(entry)));
    for (const k in p) if (/ncies$/.test(k)) for (const n in p[k]) for (const d of at(f).paths(name))
      try { all.add(fs.realpathSync(d + "/" + n)); break } catch {}
  } catch {}
  throw Error("PROVIDER_NOT_FOUND: add queue-seeder to the project's dependencies");
});
`.replaceAll(/^ +/gm, ""),
} as const;

/**
 * Returns a provider whose methods are the module's exports of the same names. It has every method but `then`, which would make it
 * a promise.
 *
 * @param kind suffix of the exports' names
 */
const handler = ({ before, load }: typeof directImport | typeof searchingImport, kind = "") =>
  `${before}exports.handler=()=>new Proxy({},{get:(_,m)=>m!="then"&&((...a)=>${load}.then(l=>l[m${kind && `+"${kind}"`}](...a)))})`;

/** The providers of a manifest's segments and of the Deployments resource. */
export interface ProviderStubs {
  readonly segment: string;
  readonly deployments: string;
}

/** @param folder working directory of the provider */
export function createStubs(folder: string): ProviderStubs {
  const found = isInstalledFor(folder) ? directImport : searchingImport;
  return {
    segment: handler(found),
    deployments: handler(found, "Deployments"),
  };
}

/** Checks whether the package is a dependency of the project itself, or its own project. */
function isInstalledFor(folder: string): boolean {
  try {
    createRequire(join(folder, "package.json")).resolve("queue-seeder/lifecycle");
    return true;
  } catch {
    return false;
  }
}

/** The stubs for the program's working directory, which the provider normally shares. */
export const stubs = createStubs(process.cwd());
