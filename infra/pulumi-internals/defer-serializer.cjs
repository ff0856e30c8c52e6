const Module = require("node:module");

/**
 * The modules of the SDK that serialize functions, with what other modules of the SDK use of them. They load the TypeScript compiler
 * and a package manager, and start a debugger, which V8 sends the location and the hash of each module that is loaded.
 */
const serializer = {
  "serializeClosure.js": (load) => ({
    serializeFunction: (...args) => load().serializeFunction(...args),
    serializeFunctionAsync: (...args) => load().serializeFunctionAsync(...args),
  }),
  "codePaths.js": (load) => ({ computeCodePaths: (...args) => load().computeCodePaths(...args) }),
  "v8Hooks.js": (load) => ({ isInitializedAsync: async () => {}, getSessionAsync: once(() => startDebugger(load())) }),
};

/**
 * Makes the SDK load what serializes functions when it is first used. The providers of this program are texts, so nothing is
 * serialized unless the user's own resources are. Loading it takes two thirds of the start of the SDK.
 *
 * v8Hooks.js also sets the V8 flag --allow-natives-syntax. V8 rejects cached code that was compiled with other flags, so the program and
 * the provider, whose process does not set it, would take turns at replacing what the other one stored in Node's compile cache.
 *
 * @param {NodeJS.Require} requireFromProgram finds the SDK as the program does
 */
function deferSerializer(requireFromProgram) {
  for (const [file, createExports] of Object.entries(serializer)) {
    let path;
    try {
      path = requireFromProgram.resolve(`@pulumi/pulumi/runtime/closure/${file}`);
    } catch {
      // Another version of the SDK, which loads what it needs.
      continue;
    }
    require.cache[path] = createDeferredModule(path, createExports);
  }
}

function createDeferredModule(path, createExports) {
  const deferred = new Module(path);
  const load = () => {
    if (require.cache[path] === deferred) delete require.cache[path];
    return require(path);
  };
  const exports = createExports(load);
  deferred.filename = path;
  deferred.loaded = true;
  deferred.exports = new Proxy(
    {},
    {
      get: (_, name) => exports[name] ?? load()[name],
      has: (_, name) => name in load(),
      ownKeys: () => Reflect.ownKeys(load()),
      getOwnPropertyDescriptor: (_, name) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(load(), name);
        return descriptor && { ...descriptor, configurable: true };
      },
    },
  );
  return deferred;
}

/** Starts the SDK's debugger, which only learns of modules that are loaded after it; enabling it again reports the earlier ones. */
async function startDebugger({ getSessionAsync }) {
  const session = await getSessionAsync();
  session.post("Debugger.disable");
  session.post("Debugger.enable");
  return session;
}

function once(act) {
  let result;
  return () => {
    result ??= act();
    return result;
  };
}

module.exports = { deferSerializer };
