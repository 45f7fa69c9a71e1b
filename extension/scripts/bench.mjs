// Bundles the bench and runs it in this process.
import { bundle } from "./bundle.mjs";

const [bench] = await bundle("e2e", ["bench.ts"], "bench");
if (bench !== undefined) await import(bench);
