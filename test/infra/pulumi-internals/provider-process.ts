import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";

type Json = Readonly<Record<string, unknown>>;

/** The SDK's own copies of packages: its messages reject values of others. */
const requireFromSdk = createRequire(import.meta.resolve("@pulumi/pulumi/package.json"));
const { credentials } = requireFromSdk("@grpc/grpc-js");
const { Struct } = requireFromSdk("google-protobuf/google/protobuf/struct_pb.js");
const { Empty } = requireFromSdk("google-protobuf/google/protobuf/empty_pb.js");
const { Status } = requireFromSdk("./proto/status_pb.js");

/** The SDK's provider process, called as Pulumi calls it. */
export interface ProviderProcess {
  check(olds: Json, news: Json): Promise<Json>;
  /** Resolves to `DIFF_SOME` or `DIFF_NONE`. */
  diff(id: string, olds: Json, news: Json): Promise<string>;
  /** Rejects with `details`, and `partial` if the resource was created in part. */
  create(inputs: Json): Promise<{ readonly id: string; readonly outputs: Json }>;
  update(id: string, olds: Json, news: Json): Promise<Json>;
  read(id: string, outputs: Json): Promise<Json>;
  remove(id: string, outputs: Json): Promise<void>;
  cancel(): Promise<void>;
  /** Returns what the process has written to stderr so far. */
  stderr(): string;
  stop(): void;
}

/** An address at which no Pulumi listens. */
const noEngine = "127.0.0.1:1";

/**
 * Starts the provider process of the installed SDK.
 *
 * @param folder its working directory, in whose node_modules the stubs find queue-seeder
 * @param config the configuration of the stack, secrets in plain text
 */
export async function startProvider(folder: string, config: Json): Promise<ProviderProcess> {
  const child = spawn(process.execPath, [requireFromSdk.resolve("./cmd/dynamic-provider/index.js"), noEngine], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [port] = await once(createInterface(child.stdout), "line");
  const client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  /** Calls a method with a request of that name, whose fields are set. */
  const call = <Answer>(method: string, request: object | undefined): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, answer: Answer) => (error ? reject(toError(error)) : resolve(answer));
      Reflect.get(client, method).call(client, request, done);
    });
  const fill = <Message extends object>(message: Message, fields: Readonly<Record<string, unknown>>): Message => {
    for (const [name, value] of Object.entries(fields)) {
      const set: (value: unknown) => void = Reflect.get(message, `set${name}` as never);
      set.call(message, isJson(value) ? Struct.fromJavaScript(value) : value);
    }
    return message;
  };
  await call("configure", fill(new providerProto.ConfigureRequest(), { Args: config }));
  return {
    async check(Olds, News) {
      const request = fill(new providerProto.CheckRequest(), { Olds, News });
      return toJson((await call<InstanceType<typeof providerProto.CheckResponse>>("check", request)).getInputs());
    },
    async diff(Id, Olds, News) {
      const request = fill(new providerProto.DiffRequest(), { Id, Olds, News });
      const changes = (await call<InstanceType<typeof providerProto.DiffResponse>>("diff", request)).getChanges();
      const names = Object.entries(providerProto.DiffResponse.DiffChanges);
      return names.find(([, value]) => value === changes)?.[0] ?? "";
    },
    async create(Properties) {
      const request = fill(new providerProto.CreateRequest(), { Properties });
      const answer = await call<InstanceType<typeof providerProto.CreateResponse>>("create", request);
      return { id: answer.getId(), outputs: toJson(answer.getProperties()) };
    },
    async update(Id, Olds, News) {
      const request = fill(new providerProto.UpdateRequest(), { Id, Olds, News });
      return toJson((await call<InstanceType<typeof providerProto.UpdateResponse>>("update", request)).getProperties());
    },
    async read(Id, Properties) {
      const request = fill(new providerProto.ReadRequest(), { Id, Properties });
      return toJson((await call<InstanceType<typeof providerProto.ReadResponse>>("read", request)).getProperties());
    },
    async remove(Id, Properties) {
      await call("delete", fill(new providerProto.DeleteRequest(), { Id, Properties }));
    },
    async cancel() {
      await call("cancel", new Empty());
    },
    stderr: () => stderr,
    stop() {
      client.close();
      child.kill("SIGKILL");
    },
  };
}

interface ServiceError {
  readonly details: string;
  readonly metadata: { get(key: string): readonly Uint8Array[] };
}

/** Returns an error with the details, and with the part of a resource that Pulumi records. */
function toError({ details, metadata }: ServiceError): Error {
  const [status] = metadata.get("grpc-status-details-bin");
  if (status === undefined) return Object.assign(new Error(details), { details });
  const [detail] = Status.deserializeBinary(status).getDetailsList();
  const failed = providerProto.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
  const partial = {
    id: failed.getId(),
    properties: toJson(failed.getProperties()),
    reasons: failed.getReasonsList(),
  };
  return Object.assign(new Error(details), { details, partial });
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}

function toJson(struct: { toJavaScript(): unknown } | undefined): Json {
  return (struct?.toJavaScript() ?? {}) as Json;
}
