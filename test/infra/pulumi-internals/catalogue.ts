/** What a file of ours relies on that Pulumi does not document, and what users would notice if it changed. */
interface Internal {
  /** A sentence about Pulumi. */
  readonly relies: string;
  /** A sentence about a run of queue-seeder. */
  readonly symptom: string;
  /** Where it is checked: against the installed SDK (./sdk.integration.test.ts) or CLI (test/engine/pulumi-internals.test.ts). */
  readonly checkedWith: "sdk" | "cli";
}

/** One entry for each file of infra/pulumi-internals/ and src/engine/pulumi-internals/; ./catalogue.test.ts compares them. */
export const internals = {
  "infra/pulumi-internals/call-errors.ts": {
    relies:
      "The SDK's provider process reads `id`, `properties` and `reasons` of a thrown error, and writes `error` and its stack to stderr.",
    symptom:
      "A failed push would not be recorded, so the next run would push its messages again; errors would show stacks.",
    checkedWith: "sdk",
  },
  "infra/pulumi-internals/cancel-signal.ts": {
    relies: "Pulumi cancels a provider with the gRPC call /pulumirpc.ResourceProvider/Cancel on Node's HTTP/2 server.",
    symptom: "Ctrl-C would not stop a push; a second one would kill it in the middle of a request.",
    checkedWith: "sdk",
  },
  "infra/pulumi-internals/cloudflare-resources.ts": {
    relies:
      "@pulumi/cloudflare has the modules queue.js, worker.js, workerVersion.js and getQueue.js, which export what they are named after.",
    symptom: "A stack that creates queues or deploys the producer Worker could not start.",
    checkedWith: "sdk",
  },
  "infra/pulumi-internals/defer-modules.cjs": {
    relies:
      "Until the SDK serializes a function or sends traces, it uses only a few functions of the modules that do that, which have these paths.",
    symptom: "Every run would take half as long again, in more memory, or the program could not start.",
    checkedWith: "cli",
  },
  "infra/pulumi-internals/dynamic-provider/start.cjs": {
    relies:
      "Pulumi starts the script in the folder that Pulumi.yaml names for the provider pulumi-nodejs; the SDK's module cmd/dynamic-provider is that provider.",
    symptom: "Every run would take a third of a second longer, or no message would be pushed.",
    checkedWith: "cli",
  },
  "infra/pulumi-internals/dynamic-resource.ts": {
    relies:
      "Pulumi sends resources of a type pulumi-nodejs:dynamic:… to the SDK's provider, which runs the input __provider.",
    symptom: "No message would be pushed.",
    checkedWith: "cli",
  },
  "infra/pulumi-internals/engine-log.ts": {
    relies:
      "A provider gets the address of Pulumi's Log method as its first argument; ephemeral messages are among the events of a run.",
    symptom:
      "`queue-seeder up` would show no progress and no result of a manifest; `pulumi up` would show no warnings.",
    checkedWith: "cli",
  },
  "infra/pulumi-internals/exit-when-unread.ts": {
    relies:
      "The SDK writes an error that it cannot report to Pulumi to stderr, and leaves the stream's `error` event to others.",
    symptom: "After a kill of Pulumi, its program would keep running and use gigabytes of memory.",
    checkedWith: "sdk",
  },
  "infra/pulumi-internals/former-names.ts": {
    relies:
      "A resource of the SDK has the properties __name, __aliases (the URNs of its own aliases) and __parentResource.",
    symptom:
      "After a rename of a component, rows that were removed in the same run and came back would be pushed again.",
    checkedWith: "sdk",
  },
  "infra/pulumi-internals/parent-watch.ts": {
    relies: "The port of Pulumi's Log method is open for as long as Pulumi runs, and closed when it is killed.",
    symptom: "After a kill of Pulumi, the provider would push messages that no state records, or would never end.",
    checkedWith: "cli",
  },
  "infra/pulumi-internals/provider-stub.ts": {
    relies:
      "The SDK's provider evaluates a text as CommonJS, calls its `handler`, then `configure` once, and one function for each call.",
    symptom: "No message would be pushed, and existing resources could not be refreshed or destroyed.",
    checkedWith: "sdk",
  },
  "infra/pulumi-internals/sdk.ts": {
    relies: "The modules of the SDK have these paths, and hold the same objects as its index.",
    symptom: "The program could not start, or it would register resources that Pulumi does not see.",
    checkedWith: "sdk",
  },
  "infra/pulumi-internals/secret-keys.ts": {
    relies: "The SDK's runtime/config module exports isConfigSecret.",
    symptom: "A secret of the configuration could be used in a manifest's id, which is displayed.",
    checkedWith: "sdk",
  },
  "infra/pulumi-internals/stack-resources.ts": {
    relies:
      "Pulumi answers pulumi:pulumi:readStackResourceOutputs with types and outputs by URN, also of the stack that is running.",
    symptom: "A data file with several segments could not be pushed, nor anything through a Worker: STATE_UNREADABLE.",
    checkedWith: "cli",
  },
  "infra/pulumi-internals/warm-up-provider.ts": {
    relies:
      "An invoke of an unknown function starts the SDK's provider, and its error fails neither the provider nor the run.",
    symptom: "Every run would fail, or start a fifth of a second later.",
    checkedWith: "cli",
  },
  "infra/pulumi-internals/whole-config.ts": {
    relies:
      "The configuration that the SDK passes to `configure` has the property rawConfig, with every key and plain secrets.",
    symptom: "The provider would not find the API token of the configuration, and variables would be missing.",
    checkedWith: "sdk",
  },
  "infra/pulumi-internals/without-source-maps.ts": {
    relies: "The SDK maps stacks by means of Error.prepareStackTrace, before it loads the program and not again.",
    symptom: "Runs with many segments would take a fifth longer.",
    checkedWith: "cli",
  },
  "infra/pulumi-internals/without-stack-traces.ts": {
    relies: "The SDK finds out where a resource is registered from the text of a new error's stack.",
    symptom: "The state would contain paths of the machine, and differ between machines.",
    checkedWith: "sdk",
  },
  "src/engine/pulumi-internals/cli-messages.ts": {
    relies: "Pulumi's errors have these words and exit codes.",
    symptom: "A locked stack would be reported as a failure, without the holder; reasons would be missing.",
    checkedWith: "cli",
  },
  "src/engine/pulumi-internals/event-server.ts": {
    relies:
      "Pulumi sends the events of a run, as JSON, to the gRPC service pulumirpc.Events at the address in its flag --event-log.",
    symptom: "`queue-seeder up` would show nothing of a run, and report that nothing was pushed.",
    checkedWith: "cli",
  },
  "src/engine/pulumi-internals/exported-state.ts": {
    relies: "`pulumi stack export` has resources with these keys, and secrets with Pulumi's signature.",
    symptom: "`plan` and `up` would plan a push of messages that were pushed before.",
    checkedWith: "cli",
  },
  "src/engine/pulumi-internals/installation.ts": {
    relies:
      "The plugins for Node programs are next to the CLI; the npm package is a script named run.js in node_modules.",
    symptom: "`queue-seeder` would not find an installed Pulumi, or would download another one.",
    checkedWith: "cli",
  },
  "src/engine/pulumi-internals/lock-files.ts": {
    relies: "A file backend keeps a lock of a stack as JSON in .pulumi/locks/organization/PROJECT/STACK.",
    symptom: "`queue-seeder up` would ask for a confirmation before it reports who holds the lock.",
    checkedWith: "cli",
  },
  "src/engine/pulumi-internals/streaming-preview.ts": {
    relies:
      "With PULUMI_ENABLE_STREAMING_JSON_PREVIEW, `pulumi preview --json` prints events, those of replacements with inputs.",
    symptom: "`plan` would not know what a program's own resources push.",
    checkedWith: "cli",
  },
} as const satisfies Readonly<Record<string, Internal>>;

type File = keyof typeof internals;

/** The files whose reliance is checked against the SDK or the CLI. */
export type FilesCheckedWith<Tool extends Internal["checkedWith"]> = {
  [Name in File]: (typeof internals)[Name]["checkedWith"] extends Tool ? Name : never;
}[File];

/** Runs a check of one file. @throws Error that says what changed in Pulumi, which file relies on it, and what users would notice */
export async function assertReliable(file: File, check: () => unknown): Promise<void> {
  try {
    await check();
  } catch (cause) {
    const { relies, symptom } = internals[file];
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `Pulumi changed what ${file} relies on.\nIt was: ${relies}\nUsers would notice: ${symptom}\nFound: ${found}`,
      { cause },
    );
  }
}
