const Module = require("node:module");

/**
 * Modules of the SDK that a run of this program does not use, by their paths. Each has the exports that other modules of the SDK use
 * before they are needed; these load the module when they are called.
 */
const deferredModules = {
  // They serialize functions. They load the TypeScript compiler and a package manager.
  "runtime/closure/serializeClosure.js": (load) => ({
    serializeFunction: (...args) => load().serializeFunction(...args),
    serializeFunctionAsync: (...args) => load().serializeFunctionAsync(...args),
  }),
  "runtime/closure/codePaths.js": (load) => ({ computeCodePaths: (...args) => load().computeCodePaths(...args) }),
  // Starts a debugger, which V8 sends the location and the hash of each module that is loaded, and sets the V8 flag
  // --allow-natives-syntax. V8 rejects cached code that was compiled with other flags, so the program and the provider, whose process
  // does not set it, would take turns at replacing what the other one stored in Node's compile cache.
  "runtime/closure/v8Hooks.js": (load) => ({
    isInitializedAsync: async () => {},
    getSessionAsync: once(() => startDebugger(load())),
  }),
  // Sends traces for `pulumi --tracing`.
  "cmd/run/tracing.js": (load, requireFromModule) => {
    let started = false;
    return {
      start(url) {
        started = true;
        load().start(url);
      },
      newSpan: (name) => (started ? load().newSpan(name) : startSpan(requireFromModule, name)),
    };
  },
};

/**
 * Makes the SDK load some of its modules when they are first used. The providers of this program are texts, so no function is
 * serialized unless the user's own resources have some. These modules take most of the start of the SDK.
 *
 * @param {NodeJS.Require} requireFromProgram finds the SDK as the program does
 */
function deferModules(requireFromProgram) {
  for (const [module, createExports] of Object.entries(deferredModules)) {
    let path;
    try {
      path = requireFromProgram.resolve(`@pulumi/pulumi/${module}`);
    } catch {
      // Another version of the SDK, which loads what it needs.
      continue;
    }
    require.cache[path] = createDeferredModule(path, createExports);
  }
}

/** Creates a module that replaces the one at `path`, also after that one is loaded, so that later modules get these exports too. */
function createDeferredModule(path, createExports) {
  const deferred = new Module(path);
  const load = once(() => {
    delete require.cache[path];
    try {
      return require(path);
    } finally {
      require.cache[path] = deferred;
    }
  });
  // As in each module that TypeScript compiled.
  const exports = { __esModule: true, ...createExports(load, Module.createRequire(path)) };
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

/** Starts a span for whatever else collects spans; by default nothing does. */
function startSpan(requireFromModule, name) {
  return requireFromModule("@opentelemetry/api").trace.getTracer("nodejs-runtime").startSpan(name);
}

function once(act) {
  let result;
  return () => {
    result ??= act();
    return result;
  };
}

module.exports = { deferModules };
