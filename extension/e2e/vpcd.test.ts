import { defineCases } from "./harness/cases.js";

defineCases("vpcd");
