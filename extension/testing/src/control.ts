import { connect } from "node:net";
import { createInterface } from "node:readline";

/** A fault between card and reader; `nth` counts the commands to the card from now, 1 is the next. */
export type Fault =
  | { tear: { nth: number } }
  | { slow: { delayMs: number } }
  | { mute: { nth: number } }
  | { "wrong-length": { nth: number } }
  | { storm: { nth: number } };

/** What the virtual card does on order. */
export type Action = "status" | "remove" | "heal" | { insert: { profile?: string } } | { swap: { profile: string } } | { arm: Fault };

/** Has the virtual card at the control socket do something; fails with its word if it refuses. */
export async function control(socketPath: string, action: Action): Promise<void> {
  const line = await new Promise<string>((resolve, reject) => {
    const socket = connect(socketPath);
    socket.once("error", reject);
    socket.once("close", () => { reject(new Error("the virtual card hung up")); });
    createInterface({ input: socket }).once("line", (answer) => {
      resolve(answer);
      socket.destroy();
    });
    socket.write(`${JSON.stringify({ action })}\n`);
  });
  const answer = JSON.parse(line) as { error?: string };
  if (answer.error !== undefined) throw new Error(`the virtual card refused: ${answer.error}`);
}
