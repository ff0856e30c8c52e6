/** The module that the Workers runtime provides, as far as `./worker.js` uses it. */
declare module "cloudflare:workers" {
  export abstract class DurableObject<Context, Env> {
    protected readonly ctx: Context;
    protected readonly env: Env;
    constructor(ctx: Context, env: Env);
  }
}
