/**
 * Debian's Chromium, or another that PLIMSOLL_CHROMIUM names, driven by playwright-core.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext } from "playwright-core";
import { environment } from "../../src/base/environment.ts";

/** The browser's program, if there is one. */
export const CHROMIUM = [environment("PLIMSOLL_CHROMIUM"), "/usr/bin/chromium"].find(
  (path) => path !== undefined && existsSync(path),
);

/** Why a test or bench that needs the browser does not run. */
export const NO_BROWSER = "there is no /usr/bin/chromium and PLIMSOLL_CHROMIUM names none";

/** A browser with an empty profile; `close` removes it. */
export async function openBrowser(): Promise<{ readonly context: BrowserContext; close(): Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), "plimsoll-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM!,
    headless: true,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
