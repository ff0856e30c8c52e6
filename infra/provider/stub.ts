import type * as pulumi from "@pulumi/pulumi";
import type { SegmentInputs, SegmentOutputs } from "../../src/lifecycle/segment.ts";

/**
 * What the engine keeps in its state as `__provider`. It only loads the real module, by the package's own name, so that
 * this text never changes and the code that is installed now runs for old resources too, for refresh and destroy included.
 * The names in here are kept for ever. Every method must stand alone: it is serialized, and evaluated in another process.
 */
export const stub: pulumi.dynamic.ResourceProvider<SegmentInputs, SegmentOutputs> = {
  async configure(request) {
    (await import("queue-seeder/lifecycle")).configure(request);
  },
  async check(olds, news) {
    return (await import("queue-seeder/lifecycle")).check(olds, news);
  },
  async diff(id, olds, news) {
    return (await import("queue-seeder/lifecycle")).diff(id, olds, news);
  },
  async create(inputs) {
    return (await import("queue-seeder/lifecycle")).create(inputs);
  },
  async update(id, olds, news) {
    return (await import("queue-seeder/lifecycle")).update(id, olds, news);
  },
  async read(id, props) {
    return (await import("queue-seeder/lifecycle")).read(id, props);
  },
  async delete(id, props) {
    return (await import("queue-seeder/lifecycle")).remove(id, props);
  },
};
