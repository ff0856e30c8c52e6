import cloudflare from "@pulumi/cloudflare/package.json" with { type: "json" };
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import { main, type Provider } from "@pulumi/pulumi/provider/index.js";
import { getQueue, queue } from "./queue.ts";
import type { StandinResource } from "./resource.ts";
import { worker, workerVersion } from "./worker.ts";

type ConfigureResponse = typeof providerProto.ConfigureResponse.prototype;
type CreateRequest = typeof providerProto.CreateRequest.prototype;
type UpdateRequest = typeof providerProto.UpdateRequest.prototype;

/** The known resources. Each reads only inputs of its own type. */
const resources: Readonly<Record<string, StandinResource<never>>> = {
  "cloudflare:index/queue:Queue": queue,
  "cloudflare:index/worker:Worker": worker,
  "cloudflare:index/workerVersion:WorkerVersion": workerVersion,
};

/** @throws Error for another resource of the package */
function resourceOf(urn: string): StandinResource<never> {
  const found = Object.entries(resources).find(([type]) => urn.includes(`${type}::`));
  if (found !== undefined) return found[1];
  throw new Error(`The stand-in for @pulumi/cloudflare knows ${Object.keys(resources).join(", ")} only, not ${urn}`);
}

/**
 * A stand-in for the @pulumi/cloudflare plugin, for tests that cannot download it: queues, for the REST API at CLOUDFLARE_BASE_URL,
 * and Workers with their versions, for the API at STANDIN_WORKERS_URL. Inputs and outputs are those of the real one.
 */
const provider: Provider = {
  // Pulumi warns if a plugin is older than the package that requests it.
  version: cloudflare.version,
  async check(urn, _olds, news) {
    resourceOf(urn);
    return { inputs: news };
  },
  // `olds` are outputs, in which the API has set the defaults: only the requested settings are compared.
  diff: (_id, urn, olds, news) => resourceOf(urn).diff(olds as never, news as never),
  create: (urn, inputs) => resourceOf(urn).create(inputs as never, previews),
  // Pulumi imports by `ACCOUNT/QUEUE`, without properties, and expects the inputs that would create the same queue.
  read: (id, urn, props) => resourceOf(urn).read(id, props as never),
  update: (id, urn, olds, news) => resourceOf(urn).update(id, olds as never, news as never, previews),
  delete: (id, urn, props) => resourceOf(urn).delete(id, props as never),
  async invoke(token, inputs) {
    if (token !== "cloudflare:index/getQueue:getQueue") throw new Error(`The stand-in has no function ${token}`);
    return { outputs: await getQueue(inputs) };
  },
};

/**
 * Whether the current call is part of a preview. The SDK's server does not pass this on to providers, but it reads the request
 * right before it calls one.
 */
let previews = false;
const { setAcceptoutputs } = providerProto.ConfigureResponse.prototype;
providerProto.ConfigureResponse.prototype.setAcceptoutputs = function (this: ConfigureResponse, accepts: boolean) {
  this.setSupportspreview(true);
  return setAcceptoutputs.call(this, accepts);
};
const { getProperties: getWanted } = providerProto.CreateRequest.prototype;
providerProto.CreateRequest.prototype.getProperties = function (this: CreateRequest) {
  previews = this.getPreview();
  return getWanted.call(this);
};
const { getNews } = providerProto.UpdateRequest.prototype;
providerProto.UpdateRequest.prototype.getNews = function (this: UpdateRequest) {
  previews = this.getPreview();
  return getNews.call(this);
};

// For an import, Pulumi sends no properties, which the SDK's server does not expect.
const { getProperties } = providerProto.ReadRequest.prototype;
providerProto.ReadRequest.prototype.getProperties = function (this: typeof providerProto.ReadRequest.prototype) {
  return getProperties.call(this) ?? ({ toJavaScript: () => ({}) } as ReturnType<typeof getProperties>);
};

await main(provider, process.argv.slice(2));
