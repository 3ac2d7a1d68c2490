/**
 * npm run web: serves the page in web/ on this machine, built from the package, with the circuits and keys of `npm run build`.
 */
import { Command } from "commander";
import { artifactsFolder } from "../src/prover/artifacts.ts";
import { haveArtifacts } from "./artifacts.ts";
import { bundle } from "./browser/package.ts";
import { WEB_POLICY, serve } from "./browser/server.ts";

const root = new URL("../", import.meta.url).pathname;
const flags = new Command("npm run web --")
  .option("--port <n>", "port on 127.0.0.1", "8080")
  .parse()
  .opts<{ port: string }>();

await haveArtifacts([{ circuit: "solvency", tier: "M" }]);
const page = `${root}build/web`;
await bundle(`${root}web`, `${root}dist`, page);
const { origin } = await serve(
  { web: page, artifacts: artifactsFolder() },
  { policy: WEB_POLICY, port: Number.parseInt(flags.port, 10) },
);
console.log(
  `${origin}/web/index.html\nA risk table to choose there: npx plimsoll table build --market data/market.json; a portfolio: data/portfolio.json`,
);
