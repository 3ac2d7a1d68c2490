/**
 * The page that `npm run web` serves, in Chromium: from two files to a report, a proof and its download.
 */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM, NO_BROWSER, openBrowser } from "../../scripts/browser/chromium.ts";
import { bundle, compilePackage } from "../../scripts/browser/package.ts";
import { WEB_POLICY, serve, type Server } from "../../scripts/browser/server.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import { artifactsFolder, loadVerificationKey } from "../../src/prover/artifacts.ts";
import { nobleVerifier } from "../../src/groth16/nobleVerifier.ts";
import { parseProof } from "../../src/groth16/proof.ts";
import { snarkjsVerifier } from "../../src/prover/snarkjsVerifier.ts";
import { verify } from "../../src/groth16/verify.ts";
import { encodeTable } from "../../src/risk/tableFile.ts";
import { TableTree } from "../../src/risk/tree.ts";
import { sampleTable } from "../support/sample.ts";

const root = new URL("../../", import.meta.url).pathname;
const snarkjs = snarkjsVerifier();
if (CHROMIUM === undefined) console.warn(`the page: skipped, ${NO_BROWSER}`);

describe.skipIf(CHROMIUM === undefined)("the page", () => {
  let folder: string;
  let server: Server;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let page: Page;
  beforeAll(async () => {
    folder = await compilePackage();
    await bundle(join(root, "web"), folder, join(folder, "web"));
    server = await serve({ web: join(folder, "web"), artifacts: artifactsFolder() }, { policy: WEB_POLICY });
    browser = await openBrowser();
    page = await browser.context.newPage();
    await page.goto(`${server.origin}/web/index.html`);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await Promise.all([snarkjs.close(), rm(folder, { recursive: true, force: true })]);
  });

  const choose = async (field: string, text: string): Promise<void> =>
    page.setInputFiles(field, { name: "chosen.json", mimeType: "application/json", buffer: Buffer.from(text) });
  const sample = (name: string): Promise<string> => readFile(join(root, "data", name), "utf8");

  it("shows the margin report of a portfolio, and proves what both verifiers accept", async () => {
    await choose("#table", encodeTable(sampleTable));
    await choose("#portfolio", await sample("portfolio.json"));
    await page.frameLocator("#report").getByText("Margin report").waitFor();
    await page.selectOption("#issuer", { label: "desk-a" });
    await page.click("#prove");
    await page.waitForSelector("#proof:not([hidden])", { timeout: 300_000 });
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#proof")]);
    expect(download.suggestedFilename()).toBe("solvency-proof.json");
    const proof = parseProof(await readFile(await download.path(), "utf8"));
    const { verificationKey } = await loadVerificationKey("solvency", "M");
    await verify(proof, verificationKey, [nobleVerifier, snarkjs]);
    expect(proof.signals).toMatchObject({ tableRoot: (await TableTree.build(sampleTable.table, TIERS.M)).root });
  });

  it("says what is wrong with a file, and that a portfolio is not covered", async () => {
    await choose("#portfolio", "{}");
    await expect.poll(() => page.textContent("#error")).toMatch(/^portfolio/);
    expect(await page.isDisabled("#prove")).toBe(true);
    await choose("#portfolio", await sample("portfolio-short.json"));
    await page.waitForSelector("#prove:not([disabled])");
    await page.click("#prove");
    await expect.poll(() => page.textContent("#error")).toMatch(/short/i);
  });

  it("asked for nothing but itself and the public files", () => {
    const allowed =
      /^GET \/(web\/(index\.html|assets\/[\w.-]+)|artifacts\/(manifest\.json|solvency\.M\/(circuit\.wasm|circuit\.zkey|vkey\.json))|favicon\.ico)$/;
    for (const request of server.requests) expect(request).toMatch(allowed);
  });
});
