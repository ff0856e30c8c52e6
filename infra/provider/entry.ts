import { keepCompiled } from "../compile-cache.ts";

/** What the stub in the engine's state loads as "queue-seeder/lifecycle"; see ./stub.ts. */
keepCompiled();

export const { configure, check, diff, create, update, read, remove } = await import("./lifecycle.ts");
