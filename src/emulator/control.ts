import type { Broker } from "./broker/broker.ts";
import { messageState } from "./broker/message-state.ts";
import type { Queue } from "./broker/queue.ts";
import { stableQueueId } from "./broker/queue-id.ts";
import type { Clock } from "./clock.ts";
import type { Faults } from "./faults.ts";
import type { RequestPipeline } from "./request-pipeline.ts";
import type { Emulator, Hold, MessageView } from "./types.ts";

/** The parts of a running emulator that its owner controls. */
interface Controlled {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly traffic: RequestPipeline;
}

type Control = Pick<
  Emulator,
  "queueNames" | "queueId" | "messages" | "createQueue" | "deleteQueue" | "nextRequest" | "idle" | "hold"
>;

/** Creates the functions with which the process of the emulator looks at it and controls it, without requests. */
export function createControl({ broker, clock, faults, traffic }: Controlled): Control {
  const find = (nameOrId: string): Queue => {
    const queue = broker.byName(nameOrId) ?? broker.byId(nameOrId);
    if (queue === undefined) throw new Error(`The emulator has no queue ${nameOrId}. Create it with createQueue().`);
    return queue;
  };
  return {
    queueNames: () => broker.queues().map(({ name }) => name),
    queueId: (name) => find(name).id,
    messages: (queue) => {
      const { backlog } = find(queue);
      broker.expireMessages();
      return [...backlog.all()].map(
        (message): MessageView => ({
          body: message.contentType === "json" ? JSON.parse(message.text) : message.text,
          contentType: message.contentType,
          delaySeconds: message.delaySeconds,
          bytes: message.bytes,
          arrivedAt: message.arrivedAt,
          attempts: message.attempts,
          state: messageState(message, clock.now()),
        }),
      );
    },
    createQueue: (setup) => {
      const { id } = broker.create({ id: stableQueueId(setup.name), ...setup });
      broker.commit();
      return id;
    },
    deleteQueue: (queue) => {
      broker.delete(find(queue));
      broker.commit();
    },
    nextRequest: (predicate = () => true) =>
      new Promise((resolve) => {
        const stop = traffic.listen((record) => {
          if (!predicate(record)) return;
          stop();
          resolve(record);
        });
      }),
    idle: () => traffic.idle(),
    hold: (match, when) => holdRequest(faults, match, when),
  };
}

/** Holds the next request that matches, before or after it takes effect. */
function holdRequest(faults: Faults, ...[match, when]: Parameters<Emulator["hold"]>): Hold {
  const arrived = Promise.withResolvers<void>();
  const result = Promise.withResolvers<"go" | "drop">();
  const gate = () => {
    arrived.resolve();
    return result.promise;
  };
  faults.add({ match, effect: { kind: "hold", when, gate }, times: 1 });
  return {
    arrived: arrived.promise,
    release: () => result.resolve("go"),
    drop: () => result.resolve("drop"),
  };
}
