/** The shipped Worker with one more path, `/reset/NAME`, which ends the object of that name as the platform does now and then. */
import worker, { Ledger as ShippedLedger } from "./worker.js";

export class Ledger extends ShippedLedger {
  reset() {
    this.ctx.abort("reset by a test");
  }
}

export default {
  async fetch(request, env, ctx) {
    const [, name] = /\/reset\/(.+)$/.exec(request.url) ?? [];
    if (name === undefined) return worker.fetch(request, env, ctx);
    await env.LEDGER.get(env.LEDGER.idFromName(name))
      .reset()
      .catch(() => {});
    return new Response("reset");
  },
};
