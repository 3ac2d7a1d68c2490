/**
 * npm run demo: everything set up, then one trader's story on three chains, and what must fail. All is real but the
 * chains, which are development nodes on this machine, and the keys of the proof system, which are development keys made
 * on the spot.
 */
import { spawnSync } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { PlimsollError } from "../src/base/errors.ts";
import { formatUsd } from "../src/base/amounts.ts";
import { Actors } from "./demo/actors.ts";
import { attack } from "./demo/attacks.ts";
import { Meter } from "./demo/meter.ts";
import { startNetwork } from "./demo/network.ts";
import { tell } from "./demo/story.ts";
import { FOUNDRY_PLATFORMS, foundry } from "./foundry.ts";
import { helpIfAsked } from "./help.ts";

helpIfAsked(`
npm run demo
One trader's story on three development chains, and what must fail: circuits and development keys are built first (a minute
or two, once), then it takes some minutes. Leaves a proof and a margin report in build/demo.
`);

const OUT = "build/demo";
/** The sample's prices are of a day in the past, so the chains begin a minute after them. */
const MINUTE = 60;

if (foundry("anvil") === undefined) {
  console.error(
    `error: the demo needs anvil, a development node that npm ci installs on ${FOUNDRY_PLATFORMS}; without it there are no chains to show it on`,
  );
  process.exit(1);
}
try {
  console.log("\n1. Circuits and development keys (first run only: a minute or two)\n");
  const built = spawnSync(process.execPath, ["--import", "tsx", "scripts/build.ts", "--tier", "M"], {
    stdio: "inherit",
  });
  if (built.status !== 0) process.exit(built.status ?? 1);
  await rm(OUT, { recursive: true, force: true });
  await tellOnChains();
} catch (error) {
  if (!(error instanceof PlimsollError)) throw error;
  console.error(`error: ${error.message}`);
  process.exit(1);
}
console.log(
  `\nA proof is in ${OUT}/solvency-proof.json; check it with: npx plimsoll verify ${OUT}/solvency-proof.json`,
);
process.exit(0);

async function tellOnChains(): Promise<void> {
  const meter = new Meter();
  meter.chapter("2. Three chains, all contracts, the epoch's risk table");
  const market = await readFile("data/market.json", "utf8");
  const { asOf } = JSON.parse(market) as { asOf: number };
  const chains = await startNetwork(asOf + MINUTE);
  try {
    meter.watch([...chains.nodes.values()]);
    const actors = await Actors.assemble(chains, meter, market, OUT);
    try {
      const { table, underlyings } = actors.table;
      console.log(
        `  epoch ${table.epoch}: ${table.rows.length} instruments in ${table.groups.length} risk groups (${table.groups.join(", ")})`,
      );
      for (const { name, price, scanBps } of underlyings)
        console.log(
          `  ${name.padEnd(6)} ${formatUsd(price).padStart(12)} USD   scan range ${(scanBps / 100).toFixed(2).padStart(6)} %`,
        );
      await meter.done("compile and deploy; publish the risk table on three chains");
      await attack(actors, await tell(actors));
    } finally {
      await actors.close();
    }
    meter.table();
  } finally {
    await chains.stop();
  }
}
