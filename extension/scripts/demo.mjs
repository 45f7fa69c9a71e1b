// Bundles the demo and runs it in this process, so that Ctrl-C reaches it.
import { bundle } from "./bundle.mjs";

const [demo] = await bundle("e2e", ["demo.ts"], "demo");
if (demo !== undefined) await import(demo);
