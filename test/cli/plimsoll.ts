/**
 * The real command line in a process of its own, and a home for it to work in.
 *
 * @module
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { encodeTable } from "../../src/risk/tableFile.ts";
import { withLock } from "../../src/base/lock.ts";
import type { ListedTable } from "../../src/risk/listing.ts";
import { BTC, CASH, CREDIT, DEAD, ETH_PERP, PERP, PUT, RELEASE, USDC, smallTable } from "../support/world.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Compiled here and not to dist, which somebody may be using. */
const COMPILED = join(ROOT, "build/test/cli");
export const PASSPHRASE = "correct horse battery";

export interface Outcome {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Home {
  private constructor(readonly folder: string) {}

  static async make(): Promise<Home> {
    await compile();
    return new Home(await mkdtemp(join(tmpdir(), "plimsoll-cli-")));
  }

  /** A path in the home. */
  at(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Runs a command; `env` may take variables away by undefined, `input` goes to its standard input, `uid` is whose process it is. */
  async run(
    args: readonly string[],
    env: Record<string, string | undefined> = {},
    input?: string,
    uid?: number,
  ): Promise<Outcome> {
    return this.start(args, env, input, uid).outcome;
  }

  /** As {@link run}; the process may be interrupted. */
  start(
    args: readonly string[],
    env: Record<string, string | undefined> = {},
    input?: string,
    uid?: number,
  ): { child: ChildProcess; outcome: Promise<Outcome> } {
    const child = spawn(process.execPath, [join(COMPILED, "cli/main.js"), ...args], {
      ...(uid === undefined ? {} : { uid }),
      cwd: ROOT,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      env: {
        ...process.env,
        NO_COLOR: undefined,
        FORCE_COLOR: undefined,
        PLIMSOLL_HOME: this.folder,
        PLIMSOLL_PASSPHRASE: PASSPHRASE,
        PLIMSOLL_ARTIFACTS: join(ROOT, "build/artifacts"),
        ...env,
      },
    });
    let [stdout, stderr] = ["", ""];
    child.stdin?.end(input);
    child.stdout!.on("data", (text: Buffer) => (stdout += text.toString()));
    child.stderr!.on("data", (text: Buffer) => (stderr += text.toString()));
    return { child, outcome: new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr }))) };
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}

/** Compiles the sources as `npm run prepare` does, if they have changed: a compiled command starts in a third of the time. */
const compile = (): Promise<void> =>
  withLock(COMPILED, async () => {
    const sources = await readdir(join(ROOT, "src"), { recursive: true });
    const changed = await Promise.all(sources.map(async (name) => (await stat(join(ROOT, "src", name))).mtimeMs));
    const compiled = await stat(join(COMPILED, "cli/main.js")).then(
      (s) => s.mtimeMs,
      () => 0,
    );
    if (Math.max(...changed) < compiled) return;
    await promisify(execFile)(
      process.execPath,
      ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--outDir", COMPILED],
      { cwd: ROOT },
    );
    await mkdir(join(COMPILED, "kernel"), { recursive: true });
    await cp(join(ROOT, "dist/kernel/bn254.wasm"), join(COMPILED, "kernel/bn254.wasm"));
  });

/** Names for the small table's instruments, a lot being 0.01 BTC or ETH, or 1 USD. */
const NAMES: Readonly<Record<number, readonly [name: string, lot: string, unit: string]>> = {
  [BTC]: ["vault:BTC", "0.01", "BTC"],
  [USDC]: ["vault:USDC", "1", "USDC"],
  [PERP]: ["venue:BTC-PERP", "0.01", "BTC"],
  [PUT]: ["venue:PUT", "1", "contract"],
  [CASH]: ["venue:USD", "1", "USD"],
  [DEAD]: ["venue:DEAD", "1", "contract"],
  [ETH_PERP]: ["venue:ETH-PERP", "0.01", "ETH"],
  [CREDIT]: ["desk:CREDIT", "1", "USD"],
  [RELEASE]: ["desk:RELEASE", "1", "USD"],
};

/** The small table with names, which fits tier T. */
export async function writeSmallTable(path: string, changes: Parameters<typeof smallTable>[0] = {}): Promise<void> {
  const table = smallTable(changes);
  const listed: ListedTable = {
    table,
    listings: table.rows.map(({ instrument, chargeLong, chargeShort }) => {
      const [name, lot, unit] = NAMES[instrument]!;
      return {
        instrument,
        name,
        lot,
        unit,
        issuer: name.split(":")[0]!,
        chain: "somewhere",
        underlying: "BTC",
        greeks: { delta: 0, gamma: 0, vega: 0, theta: 0 },
        charges:
          chargeLong + chargeShort === 0n
            ? []
            : [{ part: "haircut", long: chargeLong, short: chargeShort, because: "a test" }],
      };
    }),
    underlyings: [{ name: "BTC", price: 60_000_000_000n, scanBps: 1_800 }],
  };
  await writeFile(path, encodeTable(listed));
}
