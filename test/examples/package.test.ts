/**
 * The package as a stranger gets it: packed, installed into an empty project, and used by the examples, with types checked
 * as strictly as TypeScript can and nothing of this repository in reach but its tools.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { bn254 } from "@noble/curves/bn254.js";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KERNEL_SHA256 } from "../../src/kernel/codeHash.ts";
import { formatProof } from "../../src/groth16/proof.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const TSC = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const ENTRIES = ["", "/verify", "/prove", "/toolkit", "/wallet", "/venue", "/services", "/contracts"] as const;
const STRICT = {
  target: "ES2022",
  module: "NodeNext",
  strict: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
};

let project: string;

interface Ran {
  readonly code: number;
  readonly output: string;
}

/** Runs a program in the project and says what came of it. */
async function run(cwd: string, program: string, ...args: readonly string[]): Promise<Ran> {
  const env = { ...process.env, PLIMSOLL_ARTIFACTS: "", HOME: project, HARDHAT_DISABLE_TELEMETRY_PROMPT: "true" };
  const [code, result] = await promisify(execFile)(program, args, { cwd, env, maxBuffer: 2 ** 26 }).then(
    (ended) => [0, ended] as const,
    (failed: { code?: number; stdout: string; stderr: string }) => [failed.code ?? 1, failed] as const,
  );
  return { code, output: result.stdout + result.stderr };
}
const succeeded = { code: 0, output: expect.any(String) as string };
const npm = (...args: readonly string[]): Promise<Ran> =>
  run(project, "npm", ...args, "--prefer-offline", "--no-audit", "--no-fund", "--cache", npmCache);
let npmCache: string;

/** Bytes of all files below a folder. */
async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "plimsoll-installed-"));
  npmCache = (await run(ROOT, "npm", "config", "get", "cache")).output.trim();
  if (npmCache.startsWith(project)) npmCache = join(process.env["HOME"] ?? project, ".npm");
  await writeFile(
    join(project, "package.json"),
    JSON.stringify({ name: "installed", version: "1.0.0", private: true }),
  );
  // As `npm run prepare`, but for the kernel's code, which is compiled anew only if it isn't that of these sources.
  expect(await run(ROOT, process.execPath, TSC, "-p", "tsconfig.build.json")).toEqual(succeeded);
  const kernel = await readFile(join(ROOT, "dist/kernel/bn254.wasm")).catch(() => Buffer.of());
  if (createHash("sha256").update(kernel).digest("hex") !== KERNEL_SHA256)
    expect(await run(ROOT, "npm", "run", "kernel")).toEqual(succeeded);
  expect(await run(ROOT, "npm", "run", "bundle")).toEqual(succeeded);
  expect(await run(ROOT, "npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", project)).toEqual(
    succeeded,
  );
  expect(await npm("install", "--omit=dev", "--omit=optional", "./plimsoll-0.1.0.tgz")).toEqual(succeeded);
});
afterAll(() => rm(project, { recursive: true, force: true }));

describe("the installed package", () => {
  it("takes at most 60 MB and 120 packages, one ethers among them", async () => {
    const { packages } = JSON.parse(await readFile(join(project, "node_modules/.package-lock.json"), "utf8")) as {
      packages: Readonly<Record<string, unknown>>;
    };
    const names = Object.keys(packages);
    expect(names.filter((name) => name.endsWith("node_modules/ethers"))).toEqual(["node_modules/ethers"]);
    expect(names.length).toBeLessThanOrEqual(120);
    const megabytes = (await bytesIn(join(project, "node_modules"))) / 1e6;
    console.log(`installed: ${megabytes.toFixed(1)} MB in ${names.length} packages`);
    expect(megabytes).toBeLessThanOrEqual(60);
  });

  it.each(["module", "commonjs"])("loads every entry in a %s", async (type) => {
    const load = type === "module" ? "await import(`plimsoll${entry}`)" : "require(`plimsoll${entry}`)";
    const code = `for (const entry of ${JSON.stringify(ENTRIES)}) if (Object.keys(${load}).length === 0) throw new Error(entry)`;
    expect(await run(project, process.execPath, `--input-type=${type}`, "-e", code)).toEqual(succeeded);
  });

  it.each([
    ["Node's types, without a page's", { lib: ["ES2023"], types: ["node"] }, ENTRIES],
    ["a page's types, without Node's", { lib: ["ES2023", "DOM"], types: [] }, ENTRIES],
    ["neither", { lib: ["ES2023"], types: [] }, ["/verify"] as const],
  ])("has types that hold with %s", async (name, options, entries) => {
    const folder = join(project, name.replace(/\W+/g, "-"));
    await mkdir(folder);
    const lines = entries.map(
      (entry, i) => `import * as e${i} from "plimsoll${entry}";\nexport const x${i}: typeof e${i} = e${i};\n`,
    );
    await writeFile(join(folder, "esm.mts"), lines.join(""));
    await writeFile(join(folder, "cjs.cts"), lines.join(""));
    await writeFile(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...STRICT, ...options }, include: ["*"] }),
    );
    expect(await run(folder, process.execPath, TSC)).toEqual({ code: 0, output: "" });
  });

  it("says where keys come from", async () => {
    const proof = join(project, "proof.json");
    const [{ x, y }, { x: x2, y: y2 }] = [bn254.G1.Point.BASE.toAffine(), bn254.G2.Point.BASE.toAffine()];
    await writeFile(
      proof,
      formatProof({
        circuit: "exit",
        tier: "M",
        key: { kind: "development", hash: "ab".repeat(32) },
        signals: { exitsRoot: 1n, spent: 2n, instrument: 3n, lots: 4n, recipient: 5n, context: 6n },
        points: {
          a: [x, y],
          b: [
            [x2.c0, x2.c1],
            [y2.c0, y2.c1],
          ],
          c: [x, y],
        },
      }),
    );
    const { code, output } = await run(project, join(project, "node_modules/.bin/plimsoll"), "verify", proof);
    expect(code).toBe(3);
    for (const way of ["plimsoll artifacts build", "plimsoll artifacts fetch", "PLIMSOLL_ARTIFACTS"])
      expect(output).toContain(way);
    const built = await run(project, join(project, "node_modules/.bin/plimsoll"), "artifacts", "build", "--tier", "T");
    expect(built).toEqual({
      code: 3,
      output: expect.stringMatching(
        /npm install --save-dev --save-exact circom2@[\d.]+ binaryen@\S+ circomlib@[\d.]+ @zk-kit\/binary-merkle-root\.circom@[\d.]+/,
      ) as string,
    });
  });
});

describe("examples", () => {
  it("a venue's types hold, its batch is one that the package reads, and CommonJS has the interfaces", async () => {
    const venue = join(project, "venue");
    await cp(join(ROOT, "examples/venue"), venue, { recursive: true });
    expect(await run(venue, process.execPath, TSC, "-p", ".")).toEqual({ code: 0, output: "" });
    const { output } = await run(venue, process.execPath, "out/owed.cjs");
    expect(output).toContain("function draw(uint256 alias_");
    const trial = `
      import { compose } from "./out/compose.js";
      const line = { alias: 7n, status: "open", lapse: "good" };
      console.log(JSON.stringify(compose("window-1", [line], [{ alias: 7n, legs: ["venue-a:BTC-PERP=-2.5"], unreceived: "100", exposed: true }])));
      try { compose("window-2", [{ ...line, status: "closed" }], [{ alias: 7n, legs: [], unreceived: "0", exposed: false }]); } catch (error) { console.log(error.message); }`;
    const ran = await run(venue, process.execPath, "--input-type=module", "-e", trial);
    const [batch, refusal] = ran.output.trim().split("\n");
    expect(JSON.parse(batch!)).toEqual({
      format: "plimsoll-batch",
      version: 1,
      id: "window-1",
      postings: [{ alias: "7", legs: ["venue-a:BTC-PERP=-2.5"], released: "1", unreceived: "100", exposed: true }],
    });
    expect(refusal).toBe("alias 7 has no line that may be used");
  });

  it("a contract that imports the venue's compiles under Hardhat", async () => {
    const { devDependencies } = JSON.parse(await readFile(join(ROOT, "examples/venue/package.json"), "utf8")) as {
      devDependencies: Readonly<Record<"hardhat" | "solc", string>>;
    };
    expect(await npm("install", `hardhat@${devDependencies.hardhat}`, `solc@${devDependencies.solc}`)).toEqual(
      succeeded,
    );
    // Hardhat wants to be installed beside its config.
    for (const file of ["hardhat.config.cjs", "contracts"])
      await cp(join(ROOT, "examples/venue", file), join(project, file), { recursive: true });
    expect(await run(project, join(project, "node_modules/.bin/hardhat"), "compile")).toEqual(succeeded);
    const artifact = JSON.parse(
      await readFile(join(project, "artifacts/contracts/LineReader.sol/LineReader.json"), "utf8"),
    ) as { bytecode: string };
    expect(artifact.bytecode.length).toBeGreaterThan(100);
  });

  it("a page's types hold and Vite bundles it with its worker and its code", async () => {
    const page = join(project, "page");
    await cp(join(ROOT, "examples/page"), page, { recursive: true });
    expect(await run(page, process.execPath, TSC, "-p", ".")).toEqual({ code: 0, output: "" });
    await build({ root: page, configFile: join(page, "vite.config.js"), logLevel: "error" });
    const assets = await readdir(join(page, "dist/assets"));
    expect(assets).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^browser\.worker-.*\.js$/),
        expect.stringMatching(/^bn254-.*\.wasm$/),
      ]),
    );
  });
});
