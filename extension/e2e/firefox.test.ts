import { defineCases } from "./harness/cases.js";
import { inFirefox } from "./harness/firefox.js";

defineCases("in-process", { name: "firefox", start: inFirefox });
