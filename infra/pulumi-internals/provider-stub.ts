/**
 * Source of the providers, which the Pulumi state stores as `__provider` and the provider's process evaluates (see
 * ./dynamic-resource.ts): the form that the SDK serializes, written by hand. The stubs only load the real module by the package's name, so
 * old resources also use the installed version, for refresh and destroy as well.
 *
 * A constant has three advantages over the SDK's serializer: its text does not depend on the versions of Node, TypeScript or the
 * SDK, so it never appears as a change; it is a tenth of the size; and a run need not load the TypeScript compiler. The names in
 * the stubs must never change.
 *
 * With a strict node_modules such as pnpm's, a transitive dependency cannot be resolved from the project's folder. The stub then
 * searches the dependencies breadth-first, starting at the provider's working directory. The stub must do this itself, since
 * refresh and destroy only have the state. It is short because the resource of every segment stores it.
 */
const callSource = `const name = "queue-seeder", entry = name + "/lifecycle";
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
const call = f => async (...a) => (await load())[f](...a);
`.replaceAll(/^ +/gm, "");

/** The stub of a manifest segment's provider. */
export const providerStub = `${callSource}exports.handler = () => ({
configure: call("configure"), check: call("check"), diff: call("diff"), create: call("create"),
update: call("update"), read: call("read"), delete: call("remove"),
});
`;

/** The stub of the Deployments resource's provider. */
export const deploymentsStub = `${callSource}const d = (f) => call(f + "Deployments");
exports.handler = () => ({
configure: call("configure"), check: d("check"), diff: d("diff"), create: d("create"),
update: d("update"), delete: d("remove"),
});
`;
