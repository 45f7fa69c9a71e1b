import { connect } from "node:net";

/** Whether somebody listens: on a socket's path, or a TCP port of the loopback address. */
export async function accepts(where: string | number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = typeof where === "string" ? connect(where) : connect(where, "127.0.0.1");
    socket.once("connect", () => { socket.destroy(); resolve(true); });
    socket.once("error", () => { resolve(false); });
  });
}
