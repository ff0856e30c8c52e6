import { isDeepStrictEqual } from "node:util";
import { ApiError, type ApiQueue, call } from "./api.ts";
import type { StandinResource } from "./resource.ts";

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

/** cloudflare:index/queue:Queue */
export const queue: StandinResource<Inputs> = {
  // `olds` are outputs, in which the API has set the defaults: only the requested settings are compared.
  async diff(olds, news) {
    const replaces = (["accountId", "jurisdiction"] as const).filter((key) => olds[key] !== news[key]);
    const settings = { ...olds.settings, ...news.settings };
    const same = olds.queueName === news.queueName && isDeepStrictEqual(settings, { ...olds.settings });
    return { changes: replaces.length > 0 || !same, replaces };
  },

  async create(inputs, previews) {
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
  async read(id, props) {
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

  async update(id, olds, news, previews) {
    // Like the real plugin, whose queue_id keeps its value in a preview.
    if (previews) return { outs: { ...olds, ...news } };
    const body = { queue_name: news.queueName, ...(news.settings && { settings: toApi(news.settings) }) };
    return { outs: outputs(news, await call("PUT", `${queuesPath(news.accountId)}/${id}`, body)) };
  },

  async delete(id, props) {
    try {
      await call("DELETE", `${queuesPath(props.accountId)}/${id}`);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  },
};

/** cloudflare:index/getQueue:getQueue */
export async function getQueue({ accountId, queueId }: { accountId: string; queueId: string }) {
  const { queue_name: queueName } = await call("GET", `${queuesPath(accountId)}/${queueId}`);
  return { accountId, queueId, queueName };
}

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
