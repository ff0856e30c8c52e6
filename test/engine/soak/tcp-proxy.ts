import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

/** A proxy to the emulator that can be closed and reopened at the same port, while the emulator keeps its messages. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Stops listening and cuts all connections; further ones are refused. */
  shut(): void;
  /** Cuts all connections, and the next `times` ones as soon as they are made. */
  reset(times: number): void;
  /** Restores normal operation. */
  open(): Promise<void>;
}

export async function createTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let resets = 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  };
  const server = createServer((caller) => {
    if (resets > 0) {
      resets -= 1;
      caller.resetAndDestroy();
      return;
    }
    const inside = connect(target, "127.0.0.1");
    for (const socket of [caller, inside]) keep(socket);
    caller.once("close", () => inside.destroy());
    inside.once("close", () => caller.destroy());
    caller.pipe(inside).pipe(caller);
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    shut() {
      server.close();
      cut();
    },
    reset(times) {
      resets = times;
      cut();
    },
    async open() {
      resets = 0;
      if (!server.listening) await listen(port);
    },
    async [Symbol.asyncDispose]() {
      cut();
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}
