import { isDeepStrictEqual } from "node:util";
import cloudflare from "@pulumi/cloudflare/package.json" with { type: "json" };
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import { main, type Provider } from "@pulumi/pulumi/provider/index.js";
import { ApiError, type ApiQueue, call } from "./api.ts";

type ConfigureResponse = typeof providerProto.ConfigureResponse.prototype;
type CreateRequest = typeof providerProto.CreateRequest.prototype;
type UpdateRequest = typeof providerProto.UpdateRequest.prototype;

/**
 * A stand-in for the @pulumi/cloudflare plugin, for tests that cannot download it: only cloudflare:index/queue:Queue, with the
 * inputs and outputs of the real one, for the REST API at CLOUDFLARE_BASE_URL.
 */
interface Inputs {
  readonly accountId: string;
  readonly queueName: string;
  readonly jurisdiction?: string;
  readonly settings?: Settings;
}

interface Settings {
  readonly deliveryDelay?: number;
  readonly deliveryPaused?: boolean;
  readonly messageRetentionPeriod?: number;
}

const provider: Provider = {
  // Pulumi warns if a plugin is older than the package that requests it.
  version: cloudflare.version,

  async check(urn, _olds, news: Inputs) {
    if (!urn.includes("cloudflare:index/queue:Queue::")) {
      throw new Error(`The stand-in for @pulumi/cloudflare knows Queue only, not ${urn}`);
    }
    return { inputs: news };
  },

  // `olds` are outputs, in which the API has set the defaults: only the requested settings are compared.
  async diff(_id, _urn, olds: Inputs, news: Inputs) {
    const replaces = (["accountId", "jurisdiction"] as const).filter((key) => olds[key] !== news[key]);
    const settings = { ...olds.settings, ...news.settings };
    const same = olds.queueName === news.queueName && isDeepStrictEqual(settings, { ...olds.settings });
    return { changes: replaces.length > 0 || !same, replaces };
  },

  async create(_urn, inputs: Inputs) {
    // The id is known only during the run.
    if (previews) return { id: "", outs: { ...inputs } };
    const created = await call("POST", queuesPath(inputs.accountId), {
      queue_name: inputs.queueName,
      jurisdiction: inputs.jurisdiction,
    });
    const path = `${queuesPath(inputs.accountId)}/${created.queue_id}`;
    const queue = inputs.settings ? await call("PATCH", path, { settings: toApi(inputs.settings) }) : created;
    return { id: queue.queue_id, outs: outputs(inputs, queue) };
  },

  // Pulumi imports by `ACCOUNT/QUEUE`, without properties, and expects the inputs that would create the same queue.
  async read(id, _urn, props: Partial<Inputs>) {
    const [queueId = id, accountId = props.accountId ?? ""] = id.split("/").reverse();
    try {
      const { queueName, settings, ...rest } = outputs(
        { ...props, accountId },
        await call("GET", `${queuesPath(accountId)}/${queueId}`),
      );
      return { id: queueId, props: { queueName, settings, ...rest }, inputs: { accountId, queueName, settings } };
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return { id: "", props: {} };
      throw error;
    }
  },

  async update(id, _urn, olds: Inputs, news: Inputs) {
    // Like the real plugin, whose queue_id keeps its value in a preview.
    if (previews) return { outs: { ...olds, ...news } };
    const body = { queue_name: news.queueName, ...(news.settings && { settings: toApi(news.settings) }) };
    return { outs: outputs(news, await call("PUT", `${queuesPath(news.accountId)}/${id}`, body)) };
  },

  async delete(id, _urn, props: Inputs) {
    try {
      await call("DELETE", `${queuesPath(props.accountId)}/${id}`);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  },
};

function queuesPath(accountId: string): string {
  return `/accounts/${accountId}/queues`;
}

function toApi(settings: Settings): Record<string, unknown> {
  return {
    delivery_delay: settings.deliveryDelay,
    delivery_paused: settings.deliveryPaused,
    message_retention_period: settings.messageRetentionPeriod,
  };
}

function outputs(inputs: Pick<Inputs, "accountId" | "jurisdiction">, queue: ApiQueue): Record<string, unknown> {
  return {
    accountId: inputs.accountId,
    ...(inputs.jurisdiction !== undefined && { jurisdiction: inputs.jurisdiction }),
    queueId: queue.queue_id,
    queueName: queue.queue_name,
    createdOn: queue.created_on,
    modifiedOn: queue.modified_on,
    producers: queue.producers,
    producersTotalCount: queue.producers_total_count,
    consumers: queue.consumers,
    consumersTotalCount: queue.consumers_total_count,
    settings: {
      deliveryDelay: queue.settings.delivery_delay,
      deliveryPaused: queue.settings.delivery_paused,
      messageRetentionPeriod: queue.settings.message_retention_period,
    },
  };
}

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
