/**
 * The providers as the engine keeps them in its state, under `__provider`, and evaluates them in the provider's process: the
 * form of `pulumi.dynamic.Resource`, written out instead of serialized. All they do is to load the real module by the
 * package's own name, so the code that is installed now runs for old resources too, for refresh and destroy included.
 *
 * A constant has three virtues over the SDK's serializer: it is the same text whatever version of Node, TypeScript or the
 * SDK a deployment runs with, so it never shows up as a change; it is a tenth of the size; and a run need not load the
 * TypeScript compiler. The names in here are kept for ever.
 *
 * A package that another one depends on has no name in the project's folder where node_modules is strict, as pnpm's is. The
 * text then goes through the dependencies, breadth first, from the provider's working directory. It must do so itself: for
 * refresh and destroy the state is all that there is. It is short because every segment's resource holds it.
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

/** Of a segment of a manifest. */
export const providerStub = `${callSource}exports.handler = () => ({
configure: call("configure"), check: call("check"), diff: call("diff"), create: call("create"),
update: call("update"), read: call("read"), delete: call("remove"),
});
`;

/** Of the stack's list of deployments. */
export const deploymentsStub = `${callSource}const d = (f) => call(f + "Deployments");
exports.handler = () => ({
configure: call("configure"), check: d("check"), diff: d("diff"), create: d("create"),
update: d("update"), delete: d("remove"),
});
`;
