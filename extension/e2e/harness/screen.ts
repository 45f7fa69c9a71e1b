import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Folder } from "../../testing/src/folder.js";
import { Program } from "../../testing/src/program.js";
import { poll } from "../../testing/src/waiting.js";

const SIZE_PX = { width: 1000, height: 900 };
/** How long a picture must stay the same to be taken for all that will come. */
const STILL_MS = 700;

/** A screen that nobody looks at, and a mouse: for what the browser shows and no page can reach. */
export class Screen {
  private constructor(private readonly program: Program, private readonly picturePath: string, readonly display: string) {}

  /** Starts one. */
  static async start(folder: Folder): Promise<Screen> {
    const pictures = folder.folder("screen");
    const { width, height } = SIZE_PX;
    // It chooses a number that is free, and writes it to its standard output.
    const program = new Program("Xvfb", "/usr/bin/Xvfb", ["-displayfd", "1", "-screen", "0", `${width}x${height}x24`, "-fbdir", pictures, "-nolisten", "tcp"], process.env);
    await program.until(poll("the screen", () => /^\d+\n/m.test(program.output)));
    return new Screen(program, `${pictures}/Xvfb_screen0`, `:${/^\d+/m.exec(program.output)?.[0] ?? ""}`);
  }

  /** Clicks, and waits until the picture has changed and stays as it is. */
  async click(x: number, y: number): Promise<void> {
    const before = this.#picture();
    execFileSync("xdotool", ["mousemove", String(x), String(y), "click", "1"], { env: { ...process.env, DISPLAY: this.display } });
    await poll(`a change after a click at ${x}, ${y}`, () => !this.#picture().equals(before));
    await this.still();
  }

  /** Waits until the picture stays as it is. */
  async still(): Promise<void> {
    await poll("a picture that stays", async () => {
      const now = this.#picture();
      await new Promise((resolve) => setTimeout(resolve, STILL_MS));
      return this.#picture().equals(now);
    });
  }

  /** Ends it. */
  async stop(): Promise<void> {
    await this.program.stop();
  }

  #picture(): Buffer {
    return readFileSync(this.picturePath);
  }
}
