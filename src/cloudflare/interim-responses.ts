import type { Socket } from "node:net";
import { buildConnector, type Dispatcher, Pool } from "undici";

/** The start of an interim response. */
const interimStatus = "HTTP/1.1 100";
/** Maximum bytes of an interim response; anything longer is not one. */
const maxHeadBytes = 16_384;

/** Creates a pool of connections to one origin that drops interim responses; see `skipInterimResponses`. */
export function createPool(origin: string | URL, options: object): Dispatcher {
  const given: Pool.Options = options;
  const connect = typeof given.connect === "function" ? given.connect : buildConnector({ ...given.connect });
  return new Pool(origin, {
    ...given,
    connect: (target, done) =>
      connect(target, (...[error, socket]: Parameters<buildConnector.Callback>) => {
        if (error !== null) return done(error, null);
        skipInterimResponses(socket);
        done(null, socket);
      }),
  });
}

/**
 * Drops "100 Continue" responses from a connection. HTTP clients must ignore unrequested ones, which gateways may send, but
 * undici closes the connection instead, which would lose the actual response.
 */
function skipInterimResponses(socket: Socket): void {
  const read = socket.read.bind(socket);
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  // True between a request and the first line of its response; later, the same bytes may be part of a body.
  let awaitsAnswer = true;
  let held: Buffer = Buffer.alloc(0);
  socket.write = (...args: unknown[]) => {
    if (typeof args[0] === "string" && args[0].includes(" HTTP/1.1\r\n")) awaitsAnswer = true;
    return write(...args);
  };
  socket.read = () => {
    for (let chunk: Buffer | null = read(); chunk !== null; chunk = read()) {
      if (!awaitsAnswer) return chunk;
      const { rest, undecided } = stripInterim(Buffer.concat([held, chunk]));
      held = undecided ? rest : Buffer.alloc(0);
      if (undecided) continue;
      awaitsAnswer = false;
      return rest;
    }
    return null;
  };
}

/** @returns `undecided` if `rest` may be the start of an interim or of the actual response */
function stripInterim(bytes: Buffer): { rest: Buffer; undecided: boolean } {
  let rest = bytes;
  for (;;) {
    const start = rest.toString("latin1", 0, interimStatus.length);
    if (start.length < interimStatus.length) return { rest, undecided: interimStatus.startsWith(start) };
    if (start !== interimStatus) return { rest, undecided: false };
    const end = rest.indexOf("\r\n\r\n");
    if (end === -1) return { rest, undecided: rest.length < maxHeadBytes };
    rest = rest.subarray(end + 4);
  }
}
