/**
 * Writes every copy of src/protocol.ts in another language. `--check` writes nothing and fails when a copy differs.
 */
import { readFile } from "node:fs/promises";
import { protocolCircom } from "../src/setup/protocolCircom.ts";
import { poseidonSolidity } from "../src/setup/poseidonSolidity.ts";
import { protocolSolidity } from "../src/setup/protocolSolidity.ts";
import { proofJsonSchema } from "../src/prove/proofSchema.ts";
import { writeAtomic } from "../src/files.ts";

const copies = [
  { path: "circuits/lib/protocol.circom", text: protocolCircom() },
  { path: "contracts/generated/Protocol.sol", text: protocolSolidity() },
  { path: "contracts/generated/Poseidon2.sol", text: await poseidonSolidity() },
  { path: "schemas/proof.schema.json", text: proofJsonSchema() },
];

const stale: string[] = [];
for (const { path, text } of copies) {
  if ((await readFile(path, "utf8").catch(() => "")) === text) continue;
  stale.push(path);
  if (!process.argv.includes("--check")) await writeAtomic(path, text);
}
if (process.argv.includes("--check") && stale.length > 0) {
  console.error(`${stale.join(", ")}: differs from src/protocol.ts; run npm run generate`);
  process.exit(1);
}
console.log(stale.length === 0 ? "generated files are up to date" : `wrote ${stale.join(", ")}`);
