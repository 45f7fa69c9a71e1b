/** Whether pages that speak Web eID are answered: everywhere, and on single sites. */
import { byId, line, make } from "../dom.js";
import { chooseWebEid, chooseWebEidForSite, type WebEidSettings } from "../settings.js";
import type { Text } from "../text.js";

/** Shows the choices; `changed` is called after one was made. */
export function showWebEid({ enabled, sites, steppedAside }: WebEidSettings, text: Text, changed: () => void): void {
  const everywhere = byId("web-eid-on") as HTMLInputElement;
  everywhere.checked = enabled;
  everywhere.onchange = () => void chooseWebEid(chrome.storage, everywhere.checked).then(changed);

  const origins = [...new Set([...Object.keys(sites), ...steppedAside])].sort();
  byId("web-eid-no-sites").hidden = origins.length > 0;
  byId("web-eid-sites").replaceChildren(...origins.map((origin) => {
    const row = make("li", "", make("span", "", origin), choice(origin, sites[origin], text, changed));
    if (steppedAside.includes(origin)) row.append(line("quiet", text("optionsWebEidSteppedAside")));
    return row;
  }));
}

function choice(origin: string, chosen: boolean | undefined, text: Text, changed: () => void): HTMLSelectElement {
  const select = make("select", "",
    new Option(text("optionsWebEidSiteDefault"), "default"),
    new Option(text("optionsWebEidSiteOn"), "on"),
    new Option(text("optionsWebEidSiteOff"), "off"));
  select.value = chosen === undefined ? "default" : chosen ? "on" : "off";
  select.setAttribute("aria-label", text("optionsWebEidSite", origin));
  select.addEventListener("change", () => {
    const value = select.value === "default" ? null : select.value === "on";
    void chooseWebEidForSite(chrome.storage, origin, value).then(changed);
  });
  return select;
}
