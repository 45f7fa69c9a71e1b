import { defineCases } from "./harness/cases.js";
import { casesInChromium } from "./harness/chromium.js";

defineCases("vpcd", { name: "chromium", start: casesInChromium });
