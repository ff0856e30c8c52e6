import { SeederError } from "../errors.ts";
import type { Session } from "../session.ts";
import type { SegmentInputs, WorkerTarget } from "../state/segment.ts";

/**
 * Returns the name of the segment's queue in the account, by which the Worker knows it: from the configuration, or else from the
 * REST API.
 *
 * @throws SeederError if the API cannot be read
 */
export async function resolveQueueName(
  inputs: SegmentInputs,
  { queue }: WorkerTarget,
  session: Pick<Session, "connect">,
): Promise<string> {
  if (queue !== undefined) return queue;
  const { queues } = await session.connect();
  const answer = await queues.reader.getQueue(inputs);
  if (answer.kind === "ok") return answer.value.queue_name;
  throw new SeederError(
    "WORKER_QUEUE_UNKNOWN",
    `nothing from ${inputs.manifest} was pushed: the name that the queue ${inputs.queue} has in the account, which the Worker needs, cannot be ` +
      `read: ${answer.failure.message}. Set \`queue-seeder:queues.${inputs.queue}.name\`, or correct this: ${answer.failure.remedy}`,
  );
}

/** @throws SeederError WORKER_QUEUE_UNBOUND if the Worker cannot push to the queue */
export function assertBound(
  { manifest }: Pick<SegmentInputs, "manifest">,
  queue: string,
  { url }: WorkerTarget,
  bound: readonly string[],
): void {
  if (bound.includes(queue)) return;
  throw new SeederError(
    "WORKER_QUEUE_UNBOUND",
    `nothing from ${manifest} was pushed: the Worker at ${url} has no binding for the queue ${queue}. Deploy the Worker with it, ` +
      "or set the transport of the queue to rest.",
  );
}
