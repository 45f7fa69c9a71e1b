import { defineCases } from "./harness/cases.js";
import { casesInChromium } from "./harness/chromium.js";

defineCases("in-process", { name: "chromium", start: casesInChromium });
