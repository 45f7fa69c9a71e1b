/** The self-test's part of the panel: runs it, shows each step, and saves the diagnosis. */
import { showCommand } from "../command.js";
import { diagnose, type Programs } from "../diagnosis.js";
import { byId, button, line, make, say } from "../dom.js";
import type { NativeClient } from "../native.js";
import { judge, runSelfTest, type Step, type StepName } from "../self-test.js";
import type { Text } from "../text.js";

/** What the self-test needs of the panel. */
export interface TestSettings {
  /** A line to the native host that nothing went through yet. */
  connect: () => NativeClient;
  programs: Programs;
  text: Text;
}

/** Puts the self-test's button to work. */
export function offerSelfTest(settings: TestSettings): void {
  const start = byId("test-start");
  let isRunning = false;
  start.addEventListener("click", () => {
    if (isRunning) return;
    isRunning = true;
    void testAndShow(settings).finally(() => { isRunning = false; });
  });
}

async function testAndShow({ connect, programs, text }: TestSettings): Promise<void> {
  const said = byId("test-state");
  say(said, text("testRunning"));
  const client = connect();
  const outcome = await runSelfTest(client).finally(() => { client.close(); });
  const now = new Date();
  const steps = judge(outcome, now);
  const broken = steps.find(({ result }) => result === "problem");
  byId("test-steps").replaceChildren(...steps.map((step) => showStep(step, said, text)));
  byId("test-save").replaceChildren(
    button(text("testSave"), () => { save(JSON.stringify(diagnose(outcome, now, programs), null, 2)); }),
    line("quiet", text("testSaveNote")),
  );
  say(said, broken === undefined ? text("testAllWell") : text("testStopsAt", nameStep(broken.name, text)));
}

function showStep(step: Step, said: HTMLElement, text: Text): HTMLLIElement {
  const made = make("li", step.result, make("span", "", nameStep(step.name, text)), make("span", "verdict", sayVerdict(step.result, text)));
  made.dataset["step"] = step.name;
  if (step.result !== "problem") return made;
  const { words, command } = adviseOn(step, text);
  made.append(line("plain", words), ...(command === undefined ? [] : [showCommand(command, said, text)]));
  return made;
}

function nameStep(name: StepName, text: Text): string {
  switch (name) {
    case "extension":
      return text("testExtension");
    case "native-host":
      return text("testNativeHost");
    case "daemon":
      return text("testDaemon");
    case "service":
      return text("testService");
    case "reader":
      return text("testReader");
    case "card":
      return text("testCard");
    case "applet":
      return text("testApplet");
    case "certificate":
      return text("testCertificate");
    case "pin":
      return text("testPin");
  }
}

function sayVerdict(result: Step["result"], text: Text): string {
  switch (result) {
    case "ok":
      return text("testOk");
    case "problem":
      return text("testProblem");
    case "not-reached":
      return text("testNotReached");
  }
}

/** Says what to do at a step that is broken; a command where one helps. */
export function adviseOn({ name, problem, advice }: Step, text: Text): { words: string; command?: string } {
  const cause: string = problem ?? "";
  switch (cause) {
    case "host-missing":
      return { words: text("testNativeHostAdvice"), command: "jpki setup browsers" };
    case "host-ended":
      return { words: text("testNativeHostEndedAdvice"), command: "jpki doctor" };
    case "no_service":
      return name === "service"
        ? { words: text("testServiceAdvice"), command: "sudo systemctl restart pcscd" }
        : { words: text("testDaemonAdvice"), command: "jpki doctor" };
    case "no_reader":
      return { words: text("cardNoReaderAdvice") };
    case "no_card":
      return { words: text("cardNoneAdvice") };
    case "unsupported_card":
      return { words: text("cardUnsupportedAdvice") };
    case "certificate-absent":
      return { words: text("testCertificateAbsentAdvice") };
    case "certificate-expired":
      return { words: text("testCertificateExpiredAdvice") };
    case "certificate-not-yet":
      return { words: text("testCertificateNotYetAdvice") };
    case "pin_blocked":
      return { words: text("pinBlockedAdvice") };
    default:
      return advice === undefined ? { words: text("testUnknownAdvice"), command: "jpki doctor" } : { words: advice };
  }
}

function save(json: string): void {
  const address = URL.createObjectURL(new Blob([`${json}\n`], { type: "application/json" }));
  const link = make("a", "");
  link.href = address;
  link.download = "jpkid-diagnosis.json";
  link.click();
  URL.revokeObjectURL(address);
}
