/**
 * What a command's start costs: nothing heavy is loaded before it is known which command runs.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-start-"));
  // Writes down every module that Node loads.
  await writeFile(
    join(folder, "hooks.mjs"),
    `import { appendFileSync } from "node:fs"; export async function load(url, context, next) { appendFileSync(process.env.LOADED, url + "\\n"); return next(url, context); }`,
  );
  await writeFile(
    join(folder, "watch.mjs"),
    `import { register } from "node:module"; register("./hooks.mjs", import.meta.url);`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** Packages that a command line loads, without what Node has, and modules of ours. */
async function loadedBy(...args: string[]): Promise<{ packages: string[]; modules: string[] }> {
  const loaded = join(folder, "loaded.txt");
  await rm(loaded, { force: true });
  await promisify(execFile)(
    process.execPath,
    ["--import", "tsx", "--import", pathToFileURL(join(folder, "watch.mjs")).href, "src/cli/main.ts", ...args],
    { env: { ...process.env, LOADED: loaded, PLIMSOLL_HOME: folder } },
  ).catch(() => undefined);
  const urls = (await readFile(loaded, "utf8")).split("\n").map((url) => decodeURIComponent(url.split("?")[0]!));
  const packages = urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  return {
    packages: [...new Set(packages)].filter((name) => name !== "tsx").sort(),
    modules: urls.flatMap((url) => /\/src\/(.*)$/.exec(url)?.[1] ?? []),
  };
}

it("loads no package but commander for help", async () => {
  const { packages, modules } = await loadedBy("withdraw", "--help");
  // Which requires commander, as CommonJS does: that shows to no hook.
  expect(packages).toEqual(["@commander-js/extra-typings"]);
  expect(modules).toContain("cli/withdraw.ts");
  expect(
    modules.filter((name) => /^(?:prove\/(?!backendName)|chain\/node|wallet\/trader\.|risk\/tree|report\/)/.test(name)),
  ).toEqual([]);
});

it("loads what a command needs once it runs, as a check of the test above", async () => {
  expect((await loadedBy("keys", "show")).packages).toContain("valibot");
});
