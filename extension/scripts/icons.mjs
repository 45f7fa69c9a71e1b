// Draws icons/icon.svg as PNG in the sizes of the manifest, with Chromium. Run it after changing the picture.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const SIZES_PX = [16, 32, 48, 128];
const icons = new URL("../icons/", import.meta.url);
const svg = await readFile(new URL("icon.svg", icons), "utf8");
const browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", chromiumSandbox: false });
try {
  for (const size of SIZES_PX) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
    const file = new URL(`${size}.png`, icons);
    await writeFile(file, await page.screenshot({ omitBackground: true }));
    console.log(fileURLToPath(file));
    await page.close();
  }
} finally {
  await browser.close();
}
