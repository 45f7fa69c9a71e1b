import { defineCases } from "./harness/cases.js";

defineCases("in-process");
